package commerce.files;

import java.util.List;
import java.util.Map;
import org.apache.flink.table.catalog.GenericInMemoryCatalog;
import org.apache.flink.table.catalog.ObjectPath;
import org.apache.flink.table.catalog.exceptions.CatalogException;
import org.apache.flink.table.catalog.exceptions.DatabaseNotExistException;
import org.apache.flink.table.catalog.exceptions.ProcedureNotExistException;
import org.apache.flink.table.procedures.Procedure;

/** A catalog without tables. Its one database, `files`, has the procedures for one folder. */
final class FilesCatalog extends GenericInMemoryCatalog {
    private static final String DATABASE = "files";

    private final Map<String, Procedure> procedures;

    FilesCatalog(String name, Root root) {
        super(name, DATABASE);
        procedures = Map.of(
                "read", new FileProcedures.Read(root),
                "write", new FileProcedures.Write(root),
                "list", new FileProcedures.List(root),
                "positions", new FileProcedures.Positions(root),
                "delete", new FileProcedures.Delete(root));
    }

    @Override
    public List<String> listProcedures(String database) throws DatabaseNotExistException {
        if (!databaseExists(database)) throw new DatabaseNotExistException(getName(), database);
        return procedures.keySet().stream().sorted().toList();
    }

    @Override
    public Procedure getProcedure(ObjectPath path) throws ProcedureNotExistException, CatalogException {
        Procedure found = DATABASE.equals(path.getDatabaseName()) ? procedures.get(path.getObjectName()) : null;
        if (found == null) throw new ProcedureNotExistException(getName(), path);
        return found;
    }
}
