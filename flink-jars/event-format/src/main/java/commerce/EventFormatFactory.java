package commerce;

import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.configuration.ConfigOption;
import org.apache.flink.configuration.ConfigOptions;
import org.apache.flink.configuration.ReadableConfig;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.format.DecodingFormat;
import org.apache.flink.table.connector.source.DynamicTableSource;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.factories.DeserializationFormatFactory;
import org.apache.flink.table.factories.DynamicTableFactory;
import org.apache.flink.table.factories.FactoryUtil;
import org.apache.flink.table.types.DataType;

/** The format `commerce-event`, which Flink finds through META-INF/services. */
public final class EventFormatFactory implements DeserializationFormatFactory {
    private static final ConfigOption<String> EARLIEST =
            ConfigOptions.key("earliest-date").stringType().noDefaultValue();
    private static final ConfigOption<String> LATEST =
            ConfigOptions.key("latest-date").stringType().noDefaultValue();

    @Override
    public DecodingFormat<DeserializationSchema<RowData>> createDecodingFormat(
            DynamicTableFactory.Context context, ReadableConfig options) {
        FactoryUtil.validateFactoryOptions(this, options);
        // Checked when the statement is planned, so that a preview reports it.
        EventColumns.optional(context.getPhysicalRowDataType());
        EventTime bounds = new EventTime(date(options, EARLIEST), date(options, LATEST));
        return new DecodingFormat<>() {
            @Override
            public DeserializationSchema<RowData> createRuntimeDecoder(
                    DynamicTableSource.Context source, DataType columns) {
                List<String> optional = EventColumns.optional(columns);
                return new EventDeserializer(bounds, optional, source.createTypeInformation(columns));
            }

            @Override
            public ChangelogMode getChangelogMode() {
                return ChangelogMode.insertOnly();
            }
        };
    }

    private static LocalDate date(ReadableConfig options, ConfigOption<String> option) {
        try {
            return LocalDate.parse(options.get(option));
        } catch (DateTimeParseException e) {
            throw new ValidationException(option.key() + ": " + options.get(option) + " is not a date like 2000-01-31");
        }
    }

    @Override
    public String factoryIdentifier() {
        return "commerce-event";
    }

    @Override
    public Set<ConfigOption<?>> requiredOptions() {
        return Set.of(EARLIEST, LATEST);
    }

    @Override
    public Set<ConfigOption<?>> optionalOptions() {
        return Set.of();
    }
}
