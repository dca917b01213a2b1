package commerce.postgres;

import org.apache.flink.table.connector.ChangelogMode;
import org.apache.flink.table.connector.sink.DynamicTableSink;
import org.apache.flink.table.connector.sink.SinkV2Provider;

/** Tells the planner that rows are upserted by primary key, so it need not send their previous values. */
final class PostgresTableSink implements DynamicTableSink {
    private final PostgresSink sink;

    PostgresTableSink(PostgresSink sink) {
        this.sink = sink;
    }

    @Override
    public ChangelogMode getChangelogMode(ChangelogMode requested) {
        return ChangelogMode.upsert();
    }

    @Override
    public SinkRuntimeProvider getSinkRuntimeProvider(Context context) {
        return SinkV2Provider.of(sink);
    }

    @Override
    public DynamicTableSink copy() {
        return new PostgresTableSink(sink);
    }

    @Override
    public String asSummaryString() {
        return "commerce-postgres";
    }
}
