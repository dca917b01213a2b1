package commerce.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

class JournalStatementsTest {
    private static JournalStatements statements(String table, List<String> columns, List<String> key) {
        LinkedHashMap<String, String> types = new LinkedHashMap<>();
        for (String column : columns) types.put(column, "integer");
        return new JournalStatements(table, types, key);
    }

    @Test
    void nameTheTableByItsQuotedName() {
        assertEquals("'\"odd\".\"it''s\"'::regclass", statements("odd.It's", List.of("k"), List.of("k")).target);
    }

    @Test
    void recordTheKeyWithItsTypes() {
        assertEquals(
                "INSERT INTO commerce_sink.journal (target, checkpoint, action, key_columns, key_types, keys) "
                        + "VALUES ('\"t\"'::regclass, ?, 'copied', ARRAY['k'], ARRAY['integer'], ?)",
                statements("t", List.of("K", "v"), List.of("K")).recordCopied);
    }

    @Test
    void lockPreviousRowsInTheOrderOfTheirKeys() {
        String merge = statements("t", List.of("a", "b", "v"), List.of("b", "a")).merge;
        assertTrue(
                merge.startsWith(
                        "WITH last AS (SELECT DISTINCT ON (\"b\", \"a\") * FROM pg_temp.commerce_stage"
                                + " ORDER BY \"b\", \"a\", stage_place DESC), staged AS MATERIALIZED (SELECT * FROM last LEFT JOIN LATERAL"));
        assertTrue(merge.contains(
                " WHERE (old.\"b\", old.\"a\") = (last.\"b\", last.\"a\") FOR UPDATE) AS found ON TRUE)"));
    }

    @Test
    void compareOnlyColumnsOfTheTypesThatAreSent() {
        JournalStatements sql = statements("t", List.of("k", "v"), List.of("k"));
        assertTrue(sql.merge.contains("(old.\"v\") IS NOT DISTINCT FROM (last.\"v\") AS stage_same"));
        assertTrue(sql.mergeConverted.contains("FALSE AS stage_same"));
    }

    @Test
    void neverReplaceARowThatIsNothingButItsKey() {
        String merge = statements("t", List.of("k"), List.of("k")).merge;
        assertTrue(merge.contains("TRUE AS stage_same"));
        assertFalse(merge.contains("DO UPDATE"));
    }
}
