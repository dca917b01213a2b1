package commerce;

import java.nio.charset.StandardCharsets;

/** The event's fields, in the order of the columns and of the checks. */
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

    final String key;
    final byte[] keyBytes;

    EventField(String key) {
        this.key = key;
        this.keyBytes = key.getBytes(StandardCharsets.US_ASCII);
    }

    /** Its column in Flink SQL; the format's last two columns are the reason and the payload. */
    String columnType() {
        return switch (this) {
            case AMOUNT -> "DECIMAL(18, 2)";
            case TRANSACTION_DATE -> "TIMESTAMP(3)";
            default -> "STRING";
        };
    }
}
