package commerce.postgres;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
        JournalStatements sql = statements("t", List.of("a", "b", "v"), List.of("b", "a"));
        assertTrue(sql.recordPrevious.contains(" ORDER BY last.\"b\", last.\"a\" FOR UPDATE OF old)"));
    }

    @Test
    void recordOnlyDeletionsOfARowThatIsNothingButItsKey() {
        JournalStatements sql = statements("t", List.of("k"), List.of("k"));
        assertTrue(sql.recordPrevious.contains(" WHERE stage_deleted ORDER BY"));
        assertEquals(sql.recordPrevious, sql.recordPreviousIfChanged);
    }
}
