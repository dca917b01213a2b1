package commerce.postgres;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import org.apache.flink.api.common.operators.ProcessingTimeService;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
import org.apache.flink.metrics.Counter;
import org.apache.flink.table.data.RowData;
import org.apache.flink.table.types.logical.RowType;

/**
 * Writes to one table, with each row in it exactly once: a checkpoint waits until all rows before it are committed, and
 * rows are upserts, so a replay after a failure changes nothing.
 */
final class PostgresSink implements Sink<RowData> {
    private static final long serialVersionUID = 1;

    private final String url;
    private final Statements statements;
    private final RowType row;
    private final int[] key;
    private final Duration interval;
    private final int maxBytes;

    PostgresSink(String url, Statements statements, RowType row, int[] key, Duration interval, int maxBytes) {
        this.url = url;
        this.statements = statements;
        this.row = row;
        this.key = key;
        this.interval = interval;
        this.maxBytes = maxBytes;
    }

    /** Without a journal. Jobs that were submitted before there was one are still recovered by high availability. */
    @Override
    public SinkWriter<RowData> createWriter(WriterInitContext context) {
        return writer(
                null, context.getProcessingTimeService(), context.metricGroup().getNumRecordsSendCounter());
    }

    PostgresWriter writer(Journal journal, ProcessingTimeService timers, Counter sent) {
        return new PostgresWriter(
                new RowEncoder(row, key),
                new Table(url, statements, key, journal),
                interval.toMillis(),
                maxBytes,
                timers,
                sent);
    }

    Journal journal(Run run, OptionalLong restored) {
        List<String> keyColumns =
                Arrays.stream(key).mapToObj(row.getFieldNames()::get).toList();
        JournalStatements sql = new JournalStatements(statements.table, PostgresType.namesOf(row), keyColumns);
        return new Journal(sql, key, run, restored);
    }

    String table() {
        return statements.table;
    }
}
