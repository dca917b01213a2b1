package commerce;

import org.apache.flink.api.common.serialization.DeserializationSchema;
import org.apache.flink.api.common.typeinfo.TypeInformation;
import org.apache.flink.table.data.RowData;

/** A message of the topic as a row: every message is one, whatever it holds. */
final class EventDeserializer implements DeserializationSchema<RowData> {
    private static final long serialVersionUID = 1;

    private final EventTime bounds;
    private final TypeInformation<RowData> type;
    private transient EventParser parser;

    EventDeserializer(EventTime bounds, TypeInformation<RowData> type) {
        this.bounds = bounds;
        this.type = type;
    }

    @Override
    public void open(InitializationContext context) {
        parser = new EventParser(bounds);
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
