package commerce.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RootTest {
    @TempDir
    private Path folder;

    private Root root;

    @BeforeEach
    void createRoot() {
        root = new Root(folder);
    }

    private void assertRefused(String path, String reason) {
        var refused = assertThrows(IllegalArgumentException.class, () -> root.resolveBelow(path));
        assertEquals("The path '" + path + "' is refused: " + reason, refused.getMessage());
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "a/b", "a//b", "./a", "..a/b..", "a b/ü"})
    void resolvesPathsBelow(String path) {
        assertEquals(folder.resolve(path).normalize(), root.resolveBelow(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"..", "../x", "a/../../x", "a/..", "./.."})
    void refusesToLeadOut(String path) {
        assertRefused(path, "it leads out of " + folder);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "./."})
    void refusesItselfAsAFile(String path) {
        assertEquals(folder, root.resolve(path));
        assertRefused(path, "it names " + folder + " itself");
    }

    @Test
    void refusesAnAbsolutePath() {
        assertRefused("/etc/passwd", "it is absolute; paths start at " + folder);
    }

    @Test
    void refusesASymbolicLinkAnywhereInThePath(@TempDir Path outside) throws IOException {
        Path link = Files.createSymbolicLink(folder.resolve("link"), outside);
        assertRefused("link/x", link + " is a symbolic link");
        assertRefused("link", link + " is a symbolic link");
    }
}
