package commerce.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Undoes batches in a table's journal, within the caller's transaction. */
final class Undo {
    private static final Logger LOG = LoggerFactory.getLogger(Undo.class);
    private static final String KEYS = "pg_temp.commerce_undo";
    /** Classes of SQLSTATE: the entry does not fit the table, which was altered since. */
    private static final List<String> MISFIT = List.of("22", "23", "42");

    private record Entry(String action, List<String> key, List<String> types, byte[] keys, String rows) {}

    private final Connection connection;
    private final JournalStatements statements;

    Undo(Connection connection, JournalStatements statements) {
        this.connection = connection;
        this.statements = statements;
    }

    /** Undoes all batches after the checkpoint, the last one first. @return how many there were */
    int after(long checkpoint) throws SQLException {
        int count = 0;
        try (PreparedStatement select = connection.prepareStatement(statements.entries)) {
            select.setLong(1, checkpoint);
            // An entry may take half a megabyte.
            select.setFetchSize(4);
            try (ResultSet entries = select.executeQuery()) {
                for (; entries.next(); count++)
                    undoIfItFits(new Entry(
                            entries.getString(1),
                            texts(entries, 2),
                            texts(entries, 3),
                            entries.getBytes(4),
                            entries.getString(5)));
            }
        }
        return count;
    }

    private void undoIfItFits(Entry entry) throws SQLException {
        Savepoint before = connection.setSavepoint();
        try {
            undo(entry);
            connection.releaseSavepoint(before);
        } catch (SQLException e) {
            String state = e.getSQLState();
            if (state == null || !MISFIT.contains(state.substring(0, 2))) throw e;
            connection.rollback(before);
            LOG.warn("Table {} was altered: some rows of a failed run stay in it", statements.into, e);
        }
    }

    private void undo(Entry entry) throws SQLException {
        switch (entry.action()) {
            case "copied" -> deleteCopied(entry);
            case "added" ->
                update(
                        "DELETE FROM " + statements.into + " AS now USING " + rows("gone") + matching(entry, "gone"),
                        entry);
            case "replaced" -> restore(entry);
            case "removed" -> {
                String columns = list(columns(entry), "%s");
                update(
                        "INSERT INTO " + statements.into + " (" + columns + ") OVERRIDING SYSTEM VALUE SELECT "
                                + columns + " FROM " + rows("gone") + " ON CONFLICT DO NOTHING",
                        entry);
            }
            default -> throw new SQLException("commerce_sink.journal: unknown action " + entry.action());
        }
    }

    private void deleteCopied(Entry entry) throws SQLException {
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < entry.key().size(); i++)
            columns.add(quoted(entry.key().get(i)) + " " + entry.types().get(i));
        execute("CREATE TEMPORARY TABLE commerce_undo (" + String.join(", ", columns) + ")");
        Copy.send(connection, "COPY " + KEYS + " FROM STDIN (FORMAT binary)", entry.keys(), entry.keys().length);
        execute("DELETE FROM " + statements.into + " AS now USING " + KEYS + " AS gone" + matching(entry, "gone"));
        execute("DROP TABLE " + KEYS);
    }

    private void restore(Entry entry) throws SQLException {
        List<String> values = columns(entry);
        values.removeAll(entry.key());
        if (values.isEmpty()) return;
        update(
                "UPDATE " + statements.into + " AS now SET " + list(values, "%1$s = was.%1$s") + " FROM " + rows("was")
                        + matching(entry, "was"),
                entry);
    }

    /** The columns of the entry's rows that the table still has. */
    private List<String> columns(Entry entry) throws SQLException {
        String sql = "SELECT attname FROM pg_attribute WHERE attrelid = " + statements.target
                + " AND attnum > 0 AND NOT attisdropped AND attgenerated = ''"
                + " AND jsonb_exists(?::jsonb -> 0, attname) ORDER BY attnum";
        try (PreparedStatement select = connection.prepareStatement(sql)) {
            select.setString(1, entry.rows());
            try (ResultSet names = select.executeQuery()) {
                List<String> columns = new ArrayList<>();
                while (names.next()) columns.add(names.getString(1));
                return columns;
            }
        }
    }

    private String rows(String alias) {
        return "jsonb_populate_recordset(NULL::" + statements.into + ", ?::jsonb) AS " + alias;
    }

    private static String matching(Entry entry, String alias) {
        return " WHERE (" + list(entry.key(), "now.%s") + ") = (" + list(entry.key(), alias + ".%s") + ")";
    }

    private void update(String sql, Entry entry) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, entry.rows());
            statement.executeUpdate();
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String list(List<String> columns, String each) {
        return columns.stream().map(column -> each.formatted(quoted(column))).collect(Collectors.joining(", "));
    }

    /** A name from the catalogue, which is not folded. */
    private static String quoted(String name) {
        return '"' + name.replace("\"", "\"\"") + '"';
    }

    private static List<String> texts(ResultSet row, int column) throws SQLException {
        return Arrays.asList((String[]) row.getArray(column).getArray());
    }
}
