package commerce.files;

import java.nio.file.Files;
import java.nio.file.Path;

/** The folder that all paths are in. */
record Root(Path folder) {
    /** An empty path is the root itself. */
    Path resolve(String path) {
        if (path.startsWith("/")) throw refused(path, "it is absolute; paths start at " + folder);
        Path resolved = folder;
        for (String name : path.split("/")) {
            if (name.equals("..")) throw refused(path, "it leads out of " + folder);
            resolved = resolved.resolve(name);
            if (Files.isSymbolicLink(resolved)) throw refused(path, resolved + " is a symbolic link");
        }
        return resolved.normalize();
    }

    Path resolveBelow(String path) {
        Path resolved = resolve(path);
        if (resolved.equals(folder)) throw refused(path, "it names " + folder + " itself");
        return resolved;
    }

    String relative(Path path) {
        return folder.relativize(path).toString();
    }

    private static IllegalArgumentException refused(String path, String reason) {
        return new IllegalArgumentException("The path '" + path + "' is refused: " + reason);
    }
}
