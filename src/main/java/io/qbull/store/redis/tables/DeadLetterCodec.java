package io.qbull.store.redis.tables;

import io.qbull.model.DeadLetter;
import io.qbull.model.DeadLetter.Burial;
import io.qbull.model.PartitionId;
import io.qbull.store.redis.client.Reply;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Decodes dead letters. Pure. */
final class DeadLetterCodec {
    /** The first field that bury.lua adds. */
    private static final String FIRST_ADDED = "reason";

    private DeadLetterCodec() {}

    /**
     * @param partition where it is
     * @param place its id in the dead-letter stream
     * @param flat the names of its fields, each followed by its value
     * @param bodyLength bytes of its whole body, which may be cut
     * @return the dead letter
     */
    static DeadLetter letter(PartitionId partition, String place, Reply flat, long bodyLength) {
        int buried = IntStream.iterate(0, i -> i + 1 < flat.size(), i -> i + 2)
                .filter(i -> flat.text(i).equals(FIRST_ADDED))
                .max()
                .orElse(flat.size());
        Reply entry = new Reply(flat.command(), flat.items().subList(0, buried));
        Map<String, byte[]> fields = new LinkedHashMap<>();
        for (int i = 0; i + 1 < buried; i += 2) {
            fields.put(flat.text(i), flat.bytes(i + 1));
        }
        return new DeadLetter(
                partition,
                EntryCodec.decode(place, entry, EntryCodec.NO_ATTEMPTS),
                bodyLength,
                fields,
                burial(flat, buried));
    }

    private static Burial burial(Reply flat, int from) {
        Map<String, String> added = new HashMap<>();
        for (int i = from; i + 1 < flat.size(); i += 2) {
            added.put(flat.text(i), flat.text(i + 1));
        }
        Long attempts = number(added.get("attempts"));
        String exception = added.getOrDefault("exception", "");
        return new Burial(
                added.get(FIRST_ADDED),
                exception.isEmpty() ? null : exception,
                attempts == null ? null : attempts.intValue(),
                number(added.get("failed_at")),
                added.get("epoch"));
    }

    private static @Nullable Long number(@Nullable String text) {
        return text != null && text.matches("\\d{1,18}") ? Long.valueOf(text) : null;
    }
}
