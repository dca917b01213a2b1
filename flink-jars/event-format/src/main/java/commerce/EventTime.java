package commerce;

import java.io.Serializable;
import java.time.LocalDate;

/** Parses an ISO-8601 date and time within bounds into milliseconds since 1970. */
final class EventTime implements Serializable {
    private static final long serialVersionUID = 1;
    private static final long MILLIS_PER_DAY = 86_400_000;

    private final LocalDate earliest;
    private final LocalDate latest;

    /** Both bounds are inclusive. */
    EventTime(LocalDate earliest, LocalDate latest) {
        this.earliest = earliest;
        this.latest = latest;
    }

    long parse(byte[] text, int start, int end) throws BadEvent {
        int zone = endOfFraction(text, start + 19, end);
        if (!matches(text, start, end, "####-##-##T##:##:##") || !isZone(text, zone, end))
            throw new BadEvent("transactionDate is not an ISO-8601 date and time");

        int year = number(text, start, 4);
        int month = number(text, start + 5, 2);
        int day = number(text, start + 8, 2);
        if (month < 1
                || month > 12
                || day < 1
                || day > LocalDate.of(year, month, 1).lengthOfMonth())
            throw new BadEvent("transactionDate names a day that does not exist");

        int hour = number(text, start + 11, 2);
        int minute = number(text, start + 14, 2);
        int second = number(text, start + 17, 2);
        boolean offset = end - zone > 1;
        int offsetHour = offset ? number(text, zone + 1, 2) : 0;
        int offsetMinute = offset ? number(text, end - 2, 2) : 0;
        if (hour > 23 || minute > 59 || second > 59 || offsetHour > 23 || offsetMinute > 59)
            throw new BadEvent("transactionDate names a time that does not exist");

        int millis = 0;
        for (int i = 0, place = 100; i < 3; i++, place /= 10)
            if (start + 20 + i < zone) millis += (text[start + 20 + i] - '0') * place;
        int minutesEast = (offset && text[zone] == '-' ? -1 : 1) * (offsetHour * 60 + offsetMinute);
        long minutes = (LocalDate.of(year, month, day).toEpochDay() * 24 + hour) * 60 + minute - minutesEast;
        return bounded(minutes * 60_000 + second * 1000 + millis);
    }

    private long bounded(long millis) throws BadEvent {
        long epochDay = Math.floorDiv(millis, MILLIS_PER_DAY);
        if (epochDay < earliest.toEpochDay()) throw new BadEvent("transactionDate is before " + earliest);
        if (epochDay > latest.toEpochDay()) throw new BadEvent("transactionDate is after " + latest);
        return millis;
    }

    /** In the pattern, `#` is any digit and `T` is T, t or a space. */
    private static boolean matches(byte[] text, int start, int end, String pattern) {
        if (end - start < pattern.length()) return false;
        for (int i = 0; i < pattern.length(); i++) {
            byte next = text[start + i];
            boolean fits = switch (pattern.charAt(i)) {
                case '#' -> isDigit(next);
                case 'T' -> next == 'T' || next == 't' || next == ' ';
                default -> next == pattern.charAt(i);
            };
            if (!fits) return false;
        }
        return true;
    }

    private static int endOfFraction(byte[] text, int start, int end) {
        if (start >= end || text[start] != '.') return start;
        int at = start + 1;
        while (at < end && at <= start + 9 && isDigit(text[at])) at++;
        return at;
    }

    private static boolean isZone(byte[] text, int start, int end) {
        if (start == end) return true;
        if (text[start] == 'Z' || text[start] == 'z') return end - start == 1;
        return (text[start] == '+' || text[start] == '-')
                && (end - start == 6 && matches(text, start + 1, end, "##:##")
                        || end - start == 5 && matches(text, start + 1, end, "####"));
    }

    private static boolean isDigit(byte character) {
        return character >= '0' && character <= '9';
    }

    private static int number(byte[] text, int start, int digits) {
        int value = 0;
        for (int i = 0; i < digits; i++) value = value * 10 + (text[start + i] - '0');
        return value;
    }
}
