package commerce.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;

/** The answers to statements that are sent at once, in their order. Statements that come again are parsed only once. */
final class Answers implements AutoCloseable {
    private final PreparedStatement statements;
    private boolean isFirst = true;

    Answers(Connection connection, String sql) throws SQLException {
        statements = connection.prepareStatement(sql);
        try {
            statements.execute();
        } catch (SQLException e) {
            statements.close();
            throw e;
        }
    }

    ResultSet next() throws SQLException {
        if (!isFirst) statements.getMoreResults();
        isFirst = false;
        return statements.getResultSet();
    }

    @Override
    public void close() throws SQLException {
        statements.close();
    }
}
