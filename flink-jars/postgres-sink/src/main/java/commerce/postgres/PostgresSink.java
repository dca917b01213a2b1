package commerce.postgres;

import java.time.Duration;
import org.apache.flink.api.connector.sink2.Sink;
import org.apache.flink.api.connector.sink2.SinkWriter;
import org.apache.flink.api.connector.sink2.WriterInitContext;
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

    @Override
    public SinkWriter<RowData> createWriter(WriterInitContext context) {
        return new PostgresWriter(
                new RowEncoder(row, key),
                new Table(url, statements),
                interval.toMillis(),
                maxBytes,
                context.getProcessingTimeService(),
                context.metricGroup().getNumRecordsSendCounter());
    }
}
