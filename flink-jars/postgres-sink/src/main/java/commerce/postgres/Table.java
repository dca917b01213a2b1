package commerce.postgres;

import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;
import java.util.Set;
import org.postgresql.Driver;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** A table in Postgres, over a connection of its own that is made when there is something to write. */
final class Table implements AutoCloseable {
    private static final int ATTEMPTS = 4;
    private static final long PAUSE_MILLIS = 1_000;
    /** A row with this key is there already, or two writers waited for each other's rows. */
    private static final Set<String> CONFLICT = Set.of("23505", "40P01");
    /** Classes of SQLSTATE of what passes: no connection, rolled back for another's sake, no resources, shutting down. */
    private static final Set<String> PASSING = Set.of("08", "40", "53", "57");

    private static final int LONGEST_CAUTION = 64;

    private final String url;
    private final Statements statements;
    private volatile Connection connection;
    private volatile boolean hasMetConflicts;
    /** Batches to come that are not tried as a plain COPY; and how many it will be after the next conflict. */
    private int cautious;

    private int caution = 1;

    Table(String url, Statements statements) {
        this.url = url;
        this.statements = statements;
    }

    /** Returns when the rows are committed. @throws IOException with what Postgres said, after a last attempt */
    void write(Batch rows) throws IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            try {
                if (connection == null) connect();
                writeOnce(rows);
                return;
            } catch (SQLException e) {
                close();
                String state = e.getSQLState();
                boolean passes = state != null && PASSING.contains(state.substring(0, 2));
                if (!passes || attempt == ATTEMPTS)
                    throw new IOException(
                            "Postgres did not take " + rows.rows() + " rows for table " + statements.table + ": "
                                    + e.getMessage(),
                            e);
                Thread.sleep(PAUSE_MILLIS * attempt);
            }
        }
    }

    /** Whether a plain COPY was in vain, most likely because a row's key was there already. */
    boolean hasMetConflicts() {
        return hasMetConflicts;
    }

    private void connect() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("ApplicationName", "Flink sink " + statements.table);
        connection = new Driver().connect(url, properties);
        // Whoever cancelled the job found no connection to close.
        if (Thread.currentThread().isInterrupted()) throw new SQLException("cancelled while it connected");
        connection.setAutoCommit(false);
        execute(statements.createStage);
        connection.commit();
    }

    private void writeOnce(Batch rows) throws SQLException {
        if (rows.insertsOnly() && cautious-- <= 0 && takesRowsAsSent() && copied(rows)) return;
        merge(rows, rows.fresh, rows.known);
        connection.commit();
    }

    /**
     * A plain COPY takes bytes for whatever the columns are now, and keys that are there already unless the table forbids
     * it: so neither is left to what it was when the connection was made. Until the commit nobody changes the table.
     */
    private boolean takesRowsAsSent() throws SQLException {
        // Refused without a unique constraint on the key.
        execute("EXPLAIN " + statements.mergeUpserts);
        try (Statement statement = connection.createStatement();
                ResultSet answer = statement.executeQuery(statements.hasTypesAsSent)) {
            return answer.next() && answer.getBoolean(1);
        }
    }

    /**
     * A plain COPY costs Postgres half of what an upsert does, and almost every row is a new one. When one is not (in a
     * replay, or where duplicates are let through) the whole batch is upserted, and so are the next ones: twice as many
     * after each attempt that was in vain.
     */
    private boolean copied(Batch rows) throws SQLException {
        try {
            if (rows.fresh.rows() > 0) copy(statements.copy, rows.fresh);
            if (rows.known.rows() > 0) merge(rows, rows.known);
            connection.commit();
            caution = 1;
            cautious = 0;
            return true;
        } catch (SQLException e) {
            if (!CONFLICT.contains(e.getSQLState())) throw e;
            connection.rollback();
            hasMetConflicts = true;
            cautious = caution;
            caution = Math.min(2 * caution, LONGEST_CAUTION);
            return false;
        }
    }

    private void merge(Batch rows, CopyBuffer... parts) throws SQLException {
        for (CopyBuffer part : parts) if (part.rows() > 0) copy(statements.copyToStage, part.staged());
        execute(rows.deletes() ? statements.mergeChanges : statements.mergeUpserts);
    }

    private void copy(String sql, CopyBuffer rows) throws SQLException {
        CopyIn copy = connection.unwrap(PGConnection.class).getCopyAPI().copyIn(sql);
        try {
            copy.writeToCopy(CopyBuffer.HEADER, 0, CopyBuffer.HEADER.length);
            copy.writeToCopy(rows.bytes(), 0, rows.size());
            copy.writeToCopy(CopyBuffer.TRAILER, 0, CopyBuffer.TRAILER.length);
            copy.endCopy();
        } finally {
            if (copy.isActive()) copy.cancelCopy();
        }
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Ends what is going on in it, too. */
    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        if (open == null) return;
        try {
            open.abort(Runnable::run);
        } catch (SQLException e) {
            // It is gone either way.
        }
    }
}
