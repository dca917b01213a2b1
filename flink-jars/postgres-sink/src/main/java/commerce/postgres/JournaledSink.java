package commerce.postgres;

import java.util.List;
import org.apache.flink.api.common.state.CheckpointListener;
import org.apache.flink.api.common.state.ListState;
import org.apache.flink.api.common.state.ListStateDescriptor;
import org.apache.flink.api.common.typeutils.base.LongSerializer;
import org.apache.flink.configuration.CheckpointingOptions;
import org.apache.flink.runtime.state.FunctionInitializationContext;
import org.apache.flink.runtime.state.FunctionSnapshotContext;
import org.apache.flink.streaming.api.checkpoint.CheckpointedFunction;
import org.apache.flink.streaming.api.functions.sink.legacy.RichSinkFunction;
import org.apache.flink.streaming.api.operators.StreamingRuntimeContext;
import org.apache.flink.table.data.RowData;

/**
 * The sink with an undo journal. Flink notifies a function when a checkpoint is complete, but not the writer of a
 * {@link org.apache.flink.api.connector.sink2.Sink}.
 */
@SuppressWarnings("deprecation")
final class JournaledSink extends RichSinkFunction<RowData> implements CheckpointedFunction, CheckpointListener {
    private static final long serialVersionUID = 1;

    private final PostgresSink sink;
    private transient PostgresWriter writer;
    private transient ListState<Long> lastCheckpoint;

    JournaledSink(PostgresSink sink) {
        this.sink = sink;
    }

    /** Returns when the table is what it was at the restored checkpoint. */
    @Override
    public void initializeState(FunctionInitializationContext context) throws Exception {
        // Flink tells only tasks with state which checkpoint they are restored from.
        lastCheckpoint = context.getOperatorStateStore()
                .getListState(new ListStateDescriptor<>("last-checkpoint", LongSerializer.INSTANCE));
        StreamingRuntimeContext runtime = (StreamingRuntimeContext) getRuntimeContext();
        // Without checkpoints, the journal would only grow.
        boolean hasCheckpoints = CheckpointingOptions.isCheckpointingEnabled(runtime.getJobConfiguration());
        writer = sink.writer(
                hasCheckpoints ? sink.journal(Run.of(runtime), context.getRestoredCheckpointId()) : null,
                runtime.getProcessingTimeService(),
                runtime.getMetricGroup().counter("numRecordsSend"));
        writer.begin();
    }

    @Override
    public void invoke(RowData row, Context context) throws Exception {
        writer.write(row);
    }

    @Override
    public void snapshotState(FunctionSnapshotContext context) throws Exception {
        writer.flush(false);
        writer.passCheckpoint(context.getCheckpointId());
        lastCheckpoint.update(List.of(context.getCheckpointId()));
    }

    @Override
    public void notifyCheckpointComplete(long checkpoint) {
        if (getRuntimeContext().getTaskInfo().getIndexOfThisSubtask() == 0) writer.forgetBefore(checkpoint);
    }

    @Override
    public void finish() throws Exception {
        writer.flush(true);
    }

    @Override
    public void close() {
        if (writer != null) writer.close();
    }
}
