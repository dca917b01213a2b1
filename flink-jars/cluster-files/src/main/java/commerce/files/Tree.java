package commerce.files;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;

/** Walks a folder in which Flink adds and removes checkpoints meanwhile: skips files that have disappeared. */
abstract class Tree extends SimpleFileVisitor<Path> {
    /** Called when everything in the folder has been visited. */
    void leave(Path folder) throws IOException {}

    @Override
    public final FileVisitResult visitFileFailed(Path path, IOException reason) throws IOException {
        if (reason instanceof NoSuchFileException) return FileVisitResult.CONTINUE;
        throw reason;
    }

    @Override
    public final FileVisitResult postVisitDirectory(Path folder, IOException reason) throws IOException {
        if (reason != null) return visitFileFailed(folder, reason);
        leave(folder);
        return FileVisitResult.CONTINUE;
    }
}
