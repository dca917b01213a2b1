package commerce.postgres;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.MemorySize;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.factories.DynamicTableSinkFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.logical.RowType;

/** The connector `commerce-postgres`, which Flink finds through META-INF/services. */
public final class PostgresSinkFactory implements DynamicTableSinkFactory {
    private static final ConfigOption<String> URL = ConfigOptions.key("url")
            .stringType()
            .noDefaultValue()
            .withDescription("jdbc:postgresql://…, with the user in it; the password is in the pgpass file");
    private static final ConfigOption<String> TABLE =
            ConfigOptions.key("table-name").stringType().noDefaultValue();
    private static final ConfigOption<Duration> INTERVAL = ConfigOptions.key("sink.buffer-flush.interval")
            .durationType()
            .defaultValue(Duration.ofMillis(200))
            .withDescription("How long a row waits for others");
    private static final ConfigOption<MemorySize> SIZE = ConfigOptions.key("sink.buffer-flush.max-size")
            .memoryType()
            .defaultValue(MemorySize.ofMebiBytes(2))
            .withDescription(
                    "A batch of this size is sent at once; a subtask's buffers take five to nine times as much");
    private static final ConfigOption<Boolean> JOURNAL = ConfigOptions.key("sink.journal")
            .booleanType()
            .defaultValue(true)
            .withDescription("Whether rows that no completed checkpoint covers are undone after a failure");
    private static final MemorySize LARGEST = MemorySize.ofMebiBytes(64);

    @Override
    public DynamicTableSink createDynamicTableSink(Context context) {
        FactoryUtil.TableFactoryHelper helper = FactoryUtil.createTableFactoryHelper(this, context);
        helper.validate();
        ReadableConfig options = helper.getOptions();
        if (!options.get(URL).startsWith("jdbc:postgresql:"))
            throw new ValidationException("url: " + options.get(URL) + " does not begin with jdbc:postgresql:");
        if (options.get(INTERVAL).toMillis() < 1)
            throw new ValidationException(INTERVAL.key() + ": must be at least 1 ms");
        if (options.get(SIZE).getBytes() > LARGEST.getBytes())
            throw new ValidationException(SIZE.key() + ": must be at most " + LARGEST);
        if (context.getPrimaryKeyIndexes().length == 0)
            throw new ValidationException(
                    "A table of this connector needs a PRIMARY KEY (…) NOT ENFORCED: without one, a replay after a"
                            + " failure would write its rows a second time");

        RowType row = (RowType) context.getPhysicalRowDataType().getLogicalType();
        refuseUnsupportedTypes(row);
        int[] key = context.getPrimaryKeyIndexes();
        List<String> keyColumns =
                Arrays.stream(key).mapToObj(row.getFieldNames()::get).toList();
        PostgresSink sink = new PostgresSink(
                options.get(URL),
                new Statements(options.get(TABLE), PostgresType.namesOf(row), keyColumns),
                row,
                key,
                options.get(INTERVAL),
                Math.toIntExact(options.get(SIZE).getBytes()));
        return new PostgresTableSink(sink, options.get(JOURNAL));
    }

    /** Checked when the statement is planned, so that a preview reports what cannot be written. */
    private static void refuseUnsupportedTypes(RowType row) {
        List<String> unsupported = row.getFields().stream()
                .filter(field -> PostgresType.of(field.getType()) == null)
                .map(RowType.RowField::asSummaryString)
                .toList();
        if (!unsupported.isEmpty())
            throw new ValidationException(
                    "Columns of types that this connector does not write: " + String.join(", ", unsupported));
    }

    @Override
    public String factoryIdentifier() {
        return "commerce-postgres";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(URL, TABLE);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of(INTERVAL, SIZE, JOURNAL);
    }
}
