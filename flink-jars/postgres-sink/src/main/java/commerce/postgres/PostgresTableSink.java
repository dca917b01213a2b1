package commerce.postgres;

import org.apache.flink.streaming.api.datastream.DataStream;
import org.apache.flink.streaming.api.datastream.DataStreamSink;
import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.ProviderContext;
import org.apache.flink.table.connector.sink.DataStreamSinkProvider;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;
import org.apache.flink.table.data.RowData;

/** Tells the planner that rows are upserted by primary key, so it need not send their previous values. */
final class PostgresTableSink implements DynamicTableSink {
    private final PostgresSink sink;
    private final boolean hasJournal;

    PostgresTableSink(PostgresSink sink, boolean hasJournal) {
        this.sink = sink;
        this.hasJournal = hasJournal;
    }

    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requested) {
        return ChangelogMode.upsert();
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
        if (!hasJournal) return SinkV2Provider.of(sink);
        return (DataStreamSinkProvider) this::journaled;
    }

    @SuppressWarnings("deprecation")
    private DataStreamSink<RowData> journaled(ProviderContext context, DataStream<RowData> rows) {
        DataStreamSink<RowData> written =
                rows.addSink(new JournaledSink(sink)).name(sink.table()).setParallelism(rows.getParallelism());
        // Names the operator's state in savepoints.
        context.generateUid("journaled").ifPresent(written::uid);
        return written;
    }

    @Override
    public DynamicTableSink copy() {
        return new PostgresTableSink(sink, hasJournal);
    }

    @Override
    public String asSummaryString() {
        return "commerce-postgres";
    }
}
