package commerce;

import java.util.ArrayList;
import java.util.List;
import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.RowData;

/** Turns each message of the topic into one row, whatever the message holds. */
final class EventDeserializer implements DeserializationSchema<RowData> {
    private static final long serialVersionUID = 1;

    private final EventTime bounds;
    private final ArrayList<String> optional;
    private final TypeInformation<RowData> type;
    private transient EventParser parser;

    EventDeserializer(EventTime bounds, List<String> optional, TypeInformation<RowData> type) {
        this.bounds = bounds;
        this.optional = new ArrayList<>(optional);
        this.type = type;
    }

    @Override
    public void open(InitializationContext context) {
        parser = new EventParser(bounds, optional);
    }

    @Override
    public RowData deserialize(byte[] message) {
        return parser.parse(message);
    }

    @Override
    public boolean isEndOfStream(RowData row) {
        return false;
    }

    @Override
    public TypeInformation<RowData> getProducedType() {
        return type;
    }
}
