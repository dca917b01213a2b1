package commerce;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.table.api.ValidationException;
import org.apache.flink.table.types.DataType;
import org.apache.flink.table.types.logical.RowType;

/** The columns of a table in this format: required fields, optional fields, reason, payload. */
final class EventColumns {
    private EventColumns() {}

    /** @return names of the optional fields: the columns between `location` and `reason` */
    static List<String> optional(DataType columns) {
        RowType row = (RowType) columns.getLogicalType();
        List<String> optional = new ArrayList<>(row.getFieldNames());
        optional.removeAll(EventField.KEYS);
        optional.removeAll(List.of("reason", "payload"));

        List<String> expected = new ArrayList<>();
        for (EventField field : EventField.ALL) expected.add("`" + field.key + "` " + field.columnType());
        for (String name : optional) expected.add("`" + name.replace("`", "``") + "` STRING");
        expected.add("`reason` STRING");
        expected.add("`payload` BYTES");

        List<String> found = new ArrayList<>();
        for (RowType.RowField column : row.getFields()) found.add(column.asSummaryString());
        for (int i = 0; i < expected.size(); i++)
            if (i >= found.size() || !found.get(i).equals(expected.get(i)))
                throw new ValidationException("format commerce-event: column " + (i + 1) + " is "
                        + (i < found.size() ? found.get(i) : "missing") + ", but must be " + expected.get(i)
                        + "; optional fields are of type STRING and are declared between `location` and `reason`");
        return optional;
    }
}
