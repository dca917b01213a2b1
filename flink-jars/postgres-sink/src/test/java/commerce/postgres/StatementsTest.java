package commerce.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class StatementsTest {
    private static Statements statements(String table, List<String> columns, List<String> key) {
        LinkedHashMap<String, String> types = new LinkedHashMap<>();
        for (String column : columns) types.put(column, "integer");
        return new Statements(table, types, key);
    }

    @Test
    void nameTablesAndColumnsAsPostgresDoesUnquoted() {
        assertEquals(
                "COPY \"sales\".\"perday\" (\"transactionid\", \"odd\"\"name\") FROM STDIN (FORMAT binary)",
                statements("sales.perDay", List.of("transactionId", "odd\"Name"), List.of("transactionId")).copy);
    }

    @Test
    void updateOnlyRowsThatDiffer() {
        assertEquals("""
                WITH last AS (SELECT DISTINCT ON ("k") * FROM pg_temp.commerce_stage ORDER BY "k", stage_place DESC)
                 INSERT INTO "t" AS old ("k", "v") SELECT "k", "v" FROM last
                 ON CONFLICT ("k") DO UPDATE SET "v" = excluded."v" WHERE (old."v") IS DISTINCT FROM (excluded."v")""".replace("\n", ""), statements("t", List.of("k", "v"), List.of("k")).mergeUpserts);
    }

    @Test
    void leaveARowThatIsNothingButItsKey() {
        assertEquals("""
                WITH last AS (SELECT DISTINCT ON ("a", "b") * FROM pg_temp.commerce_stage
                 ORDER BY "a", "b", stage_place DESC)
                 INSERT INTO "t" AS old ("a", "b") SELECT "a", "b" FROM last ON CONFLICT ("a", "b") DO NOTHING""".replace("\n", ""), statements("t", List.of("a", "b"), List.of("a", "b")).mergeUpserts);
    }

    @Test
    void deleteByTheWholeKey() {
        assertEquals("""
                WITH last AS (SELECT DISTINCT ON ("a", "b") * FROM pg_temp.commerce_stage
                 ORDER BY "a", "b", stage_place DESC),
                 gone AS (DELETE FROM "t" AS old USING last
                 WHERE stage_deleted AND (old."a", old."b") = (last."a", last."b"))
                 INSERT INTO "t" AS old ("a", "b") SELECT "a", "b" FROM last
                 WHERE NOT stage_deleted ON CONFLICT ("a", "b") DO NOTHING""".replace("\n", ""), statements("t", List.of("a", "b"), List.of("a", "b")).mergeChanges);
    }
}
