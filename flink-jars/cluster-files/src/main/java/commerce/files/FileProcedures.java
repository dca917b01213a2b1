package commerce.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import org.apache.flink.table.annotation.DataTypeHint;
import org.apache.flink.table.annotation.ProcedureHint;
import org.apache.flink.table.procedure.ProcedureContext;
import org.apache.flink.table.procedures.Procedure;
import org.apache.flink.types.Row;

/** What `CALL` runs, in the SQL Gateway. Flink finds each method `call` by reflection. */
public final class FileProcedures {
    private static final String[] NOTHING = {};

    private FileProcedures() {}

    /** Returns the file's text, or no row if there is no such file. */
    public record Read(Root root) implements Procedure {
        public String[] call(ProcedureContext context, String path) throws IOException {
            try {
                return new String[] {Files.readString(root.resolveBelow(path))};
            } catch (NoSuchFileException absent) {
                return NOTHING;
            }
        }
    }

    /** Replaces a file atomically: a concurrent reader sees the previous content. */
    public record Write(Root root) implements Procedure {
        public String[] call(ProcedureContext context, String path, String text) throws IOException {
            Path file = root.resolveBelow(path);
            Files.createDirectories(file.getParent());
            Path written =
                    Files.createTempFile(file.getParent(), file.getFileName().toString(), ".tmp");
            try {
                ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
                try (FileChannel out = FileChannel.open(written, StandardOpenOption.WRITE)) {
                    while (bytes.hasRemaining()) out.write(bytes);
                    out.force(true);
                }
                Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
            } finally {
                Files.deleteIfExists(written);
            }
            return NOTHING;
        }
    }

    /** Lists all files below a folder; none if there is no such folder. */
    public record List(Root root) implements Procedure {
        @ProcedureHint(output = @DataTypeHint("ROW<path STRING, modified BIGINT>"))
        public Row[] call(ProcedureContext context, String folder) throws IOException {
            java.util.List<Row> files = new ArrayList<>();
            Files.walkFileTree(root.resolve(folder), new Tree() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                    long modified = attributes.lastModifiedTime().toMillis();
                    if (attributes.isRegularFile()) files.add(Row.of(root.relative(file), modified));
                    return FileVisitResult.CONTINUE;
                }
            });
            return files.toArray(Row[]::new);
        }
    }

    /** The offsets in a checkpoint or savepoint, by its folder; none if there is no such folder. */
    public record Positions(Root root) implements Procedure {
        @ProcedureHint(output = @DataTypeHint("ROW<topic STRING, `partition` INT, `offset` BIGINT>"))
        public Row[] call(ProcedureContext context, String folder) throws IOException {
            try {
                return SourcePositions.read(root.resolveBelow(folder + "/_metadata")).stream()
                        .map(position -> Row.of(position.topic(), position.partition(), position.offset()))
                        .toArray(Row[]::new);
            } catch (NoSuchFileException absent) {
                return new Row[] {};
            }
        }
    }

    /** Deletes a file, or a folder with its content. */
    public record Delete(Root root) implements Procedure {
        public String[] call(ProcedureContext context, String path) throws IOException {
            Files.walkFileTree(root.resolveBelow(path), new Tree() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                void leave(Path folder) throws IOException {
                    Files.deleteIfExists(folder);
                }
            });
            return NOTHING;
        }
    }
}
