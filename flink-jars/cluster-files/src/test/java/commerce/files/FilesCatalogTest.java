package commerce.files;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.exceptions.DatabaseNotExistException;
import org.apache.flink.table.catalog.exceptions.ProcedureNotExistException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FilesCatalogTest {
    @TempDir
    private Path folder;

    private FilesCatalog catalog;

    @BeforeEach
    void createCatalog() {
        catalog = new FilesCatalog("cluster", new Root(folder));
    }

    private <P> P procedure(Class<P> type, String name) throws Exception {
        return assertInstanceOf(type, catalog.getProcedure(new ObjectPath("files", name)));
    }

    private String[] read(String path) throws Exception {
        return procedure(FileProcedures.Read.class, "read").call(null, path);
    }

    private void write(String path, String text) throws Exception {
        procedure(FileProcedures.Write.class, "write").call(null, path, text);
    }

    private List<String> list(String path) throws Exception {
        return Arrays.stream(procedure(FileProcedures.List.class, "list").call(null, path))
                .map(row -> row.getFieldAs(0).toString())
                .sorted()
                .toList();
    }

    private void delete(String path) throws Exception {
        procedure(FileProcedures.Delete.class, "delete").call(null, path);
    }

    @Test
    void readsWhatWasWritten() throws Exception {
        assertArrayEquals(new String[0], read("plans/1.json"));
        write("plans/1.json", "first");
        write("plans/1.json", "line\nö 😀");
        assertArrayEquals(new String[] {"line\nö 😀"}, read("plans/1.json"));
    }

    @Test
    void leavesNothingBesideAFileThatItReplaced() throws Exception {
        write("plans/1.json", "first");
        write("plans/1.json", "second");
        try (Stream<Path> files = Files.list(folder.resolve("plans"))) {
            assertEquals(List.of(folder.resolve("plans/1.json")), files.toList());
        }
    }

    @Test
    void listsFilesBelowAFolderWithTheirAge() throws Exception {
        write("checkpoints/a/1", "");
        write("checkpoints/2", "");
        write("plans/3", "");
        assertEquals(List.of("checkpoints/2", "checkpoints/a/1"), list("checkpoints"));
        assertEquals(List.of("checkpoints/2", "checkpoints/a/1", "plans/3"), list(""));
        assertEquals(List.of(), list("savepoints"));

        var rows = procedure(FileProcedures.List.class, "list").call(null, "plans");
        assertEquals(Files.getLastModifiedTime(folder.resolve("plans/3")).toMillis(), (long) rows[0].getFieldAs(1));
    }

    @Test
    void deletesAFileOrAFolderWithItsContent() throws Exception {
        write("checkpoints/a/1", "");
        write("checkpoints/2", "");
        write("plans/3", "");
        delete("checkpoints");
        delete("plans/3");
        delete("plans/absent");
        assertFalse(Files.exists(folder.resolve("checkpoints")));
        assertTrue(Files.exists(folder.resolve("plans")));
        assertEquals(List.of(), list(""));
        assertThrows(IllegalArgumentException.class, () -> delete(""));
        assertTrue(Files.exists(folder));
    }

    @Test
    void hasFiveProceduresInOneDatabase() throws Exception {
        assertEquals(List.of("delete", "list", "positions", "read", "write"), catalog.listProcedures("files"));
        assertThrows(DatabaseNotExistException.class, () -> catalog.listProcedures("other"));
        assertThrows(ProcedureNotExistException.class, () -> procedure(Object.class, "rename"));
        assertThrows(ProcedureNotExistException.class, () -> catalog.getProcedure(new ObjectPath("other", "read")));
    }
}
