package commerce.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import commerce.files.SourcePositions.Position;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.flink.api.common.typeutils.base.array.BytePrimitiveArraySerializer;
import org.apache.flink.core.io.SimpleVersionedSerialization;
import org.apache.flink.core.io.SimpleVersionedSerializer;
import org.apache.flink.core.memory.DataOutputViewStreamWrapper;
import org.apache.flink.runtime.checkpoint.Checkpoints;
import org.apache.flink.runtime.checkpoint.OperatorState;
import org.apache.flink.runtime.checkpoint.OperatorSubtaskState;
import org.apache.flink.runtime.checkpoint.metadata.CheckpointMetadata;
import org.apache.flink.runtime.jobgraph.OperatorID;
import org.apache.flink.runtime.state.OperatorStateHandle;
import org.apache.flink.runtime.state.OperatorStreamStateHandle;
import org.apache.flink.runtime.state.memory.ByteStreamStateHandle;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourcePositionsTest {
    @TempDir
    private Path folder;

    /** As the connector writes a split; without a stopping offset. */
    private record Splits(int getVersion) implements SimpleVersionedSerializer<Position> {
        @Override
        public byte[] serialize(Position position) throws IOException {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            DataOutputStream out = new DataOutputStream(bytes);
            out.writeUTF(position.topic());
            out.writeInt(position.partition());
            out.writeLong(position.offset());
            out.writeLong(Long.MIN_VALUE);
            return bytes.toByteArray();
        }

        @Override
        public Position deserialize(int version, byte[] bytes) {
            throw new UnsupportedOperationException();
        }
    }

    private static OperatorSubtaskState subtask(String state, int version, Position... positions) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        long[] offsets = new long[positions.length];
        for (int at = 0; at < positions.length; at++) {
            offsets[at] = bytes.size();
            byte[] split = SimpleVersionedSerialization.writeVersionAndSerialize(new Splits(version), positions[at]);
            BytePrimitiveArraySerializer.INSTANCE.serialize(split, new DataOutputViewStreamWrapper(out));
        }
        OperatorStateHandle handle = new OperatorStreamStateHandle(
                Map.of(
                        state,
                        new OperatorStateHandle.StateMetaInfo(offsets, OperatorStateHandle.Mode.SPLIT_DISTRIBUTE)),
                new ByteStreamStateHandle("state", bytes.toByteArray()));
        return OperatorSubtaskState.builder().setManagedOperatorState(handle).build();
    }

    private Path metadataOf(OperatorSubtaskState... subtasks) throws IOException {
        OperatorState operator = new OperatorState("source", "source", new OperatorID(), subtasks.length, 128);
        for (int at = 0; at < subtasks.length; at++) operator.putState(at, subtasks[at]);
        Path file = Files.createDirectories(folder.resolve("chk-1")).resolve("_metadata");
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            Checkpoints.storeCheckpointMetadata(new CheckpointMetadata(1, List.of(operator), List.of()), out);
        }
        return file;
    }

    @Test
    void readsTheOffsetsOfAllSubtasks() throws Exception {
        Position first = new Position("events", 0, 7);
        Position second = new Position("events", 1, -2);
        Position third = new Position("events", 2, 1L << 40);
        Path file = metadataOf(subtask("SourceReaderState", 0, first, second), subtask("SourceReaderState", 0, third));
        assertEquals(List.of(first, second, third), SourcePositions.read(file));
    }

    @Test
    void skipsTheStateOfOtherOperators() throws Exception {
        assertEquals(List.of(), SourcePositions.read(metadataOf(subtask("other", 0, new Position("events", 0, 7)))));
    }

    @Test
    void refusesSplitsThatItDoesNotKnow() throws Exception {
        Path file = metadataOf(subtask("SourceReaderState", 1, new Position("events", 0, 7)));
        IOException refused = assertThrows(IOException.class, () -> SourcePositions.read(file));
        assertEquals("The splits of the Kafka source have version 1", refused.getMessage());
    }

    @Test
    void givesNoRowsForAFolderThatDoesNotExist() throws Exception {
        FilesCatalog catalog = new FilesCatalog("cluster", new Root(folder));
        FileProcedures.Positions positions = (FileProcedures.Positions)
                catalog.getProcedure(new org.apache.flink.table.catalog.ObjectPath("files", "positions"));
        assertEquals(0, positions.call(null, "savepoints/none").length);
        metadataOf(subtask("SourceReaderState", 0, new Position("events", 3, 9)));
        assertEquals("+I[events, 3, 9]", positions.call(null, "chk-1")[0].toString());
    }
}
