package commerce;

import java.util.Arrays;
import java.util.List;

/** The fields of every event, in the order of the columns and of the checks. */
enum EventField {
    TRANSACTION_ID("transactionId"),
    USER_ID("userId"),
    TRANSACTION_TYPE("transactionType"),
    AMOUNT("amount"),
    CURRENCY("currency"),
    TRANSACTION_DATE("transactionDate"),
    CATEGORY("category"),
    MERCHANT("merchant"),
    LOCATION("location");

    static final EventField[] ALL = values();
    static final List<String> KEYS = Arrays.stream(ALL).map(field -> field.key).toList();

    final String key;

    EventField(String key) {
        this.key = key;
    }

    /** The type of its column in Flink SQL. */
    String columnType() {
        return switch (this) {
            case AMOUNT -> "DECIMAL(18, 2)";
            case TRANSACTION_DATE -> "TIMESTAMP(3)";
            default -> "STRING";
        };
    }
}
