package commerce.files;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.core.fs.FSDataInputStream;
import org.apache.flink.core.memory.DataInputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.state.OperatorStateHandle;

/** The offsets that a checkpoint or savepoint holds for its Kafka sources. */
final class SourcePositions {
    /** A partition of a topic, and the offset that the source reads next. Below zero: it has not read any event. */
    record Position(String topic, int partition, long offset) {}

    /** The name of Flink's `SourceOperator` for the list of its splits. */
    private static final String SPLITS = "SourceReaderState";

    /** The only version of the connector's `KafkaPartitionSplitSerializer`. */
    private static final int VERSION = 0;

    private SourcePositions() {}

    /** @param metadata the file `_metadata` of a checkpoint or savepoint */
    static List<Position> read(Path metadata) throws IOException {
        List<Position> positions = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(Files.newInputStream(metadata))) {
            ClassLoader loader = SourcePositions.class.getClassLoader();
            String folder = metadata.getParent().toUri().toString();
            CheckpointMetadata checkpoint = Checkpoints.loadCheckpointMetadata(in, loader, folder);
            for (OperatorState operator : checkpoint.getOperatorStates())
                for (OperatorSubtaskState subtask : operator.getStates())
                    for (OperatorStateHandle handle : subtask.getManagedOperatorState()) add(handle, positions);
        }
        return positions;
    }

    private static void add(OperatorStateHandle handle, List<Position> positions) throws IOException {
        OperatorStateHandle.StateMetaInfo splits =
                handle.getStateNameToPartitionOffsets().get(SPLITS);
        if (splits == null) return;
        try (FSDataInputStream in = handle.openInputStream()) {
            for (long offset : splits.getOffsets()) {
                in.seek(offset);
                byte[] split = BytePrimitiveArraySerializer.INSTANCE.deserialize(new DataInputViewStreamWrapper(in));
                positions.add(parse(split));
            }
        }
    }

    private static Position parse(byte[] split) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(split));
        int version = in.readInt();
        if (version != VERSION) throw new IOException("The splits of the Kafka source have version " + version);
        in.readInt(); // length
        return new Position(in.readUTF(), in.readInt(), in.readLong());
    }
}
