package io.qbull.store.redis.client;

import io.qbull.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server answered: an array of texts, numbers and arrays. A place that does not hold what is asked for is a
 * {@link StoreException.Misconfigured}: another program's script, or a server that is none.
 *
 * @param of the command that was asked, for messages
 * @param items the answer
 */
public record Reply(String of, List<Object> items) {
    /** An owner's command under a lease that has ended, answered without asking the server. */
    static final Reply FENCED = new Reply("", List.of(Request.utf8("fenced")));

    /** Whether this was answered without asking a server. */
    public boolean local() {
        return of.isEmpty();
    }

    /** The first item, which says what the others are. */
    public String tag() {
        return text(0);
    }

    public String text(int index) {
        return new String(bytes(index), StandardCharsets.UTF_8);
    }

    public byte[] bytes(int index) {
        if (item(index) instanceof byte[] bytes) {
            return bytes;
        }
        throw unknown();
    }

    /** A text, or null if there is none at that place. */
    @Nullable
    public String textOrNull(int index) {
        return item(index) == null ? null : text(index);
    }

    public long number(int index) {
        if (item(index) instanceof Long number) {
            return number;
        }
        throw unknown();
    }

    public int size() {
        return items.size();
    }

    public Reply list(int index) {
        if (item(index) instanceof List<?> list) {
            return new Reply(of, new ArrayList<>(list));
        }
        throw unknown();
    }

    /** Every item as an array. */
    public List<Reply> lists() {
        List<Reply> lists = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            lists.add(list(i));
        }
        return lists;
    }

    /** To throw when the answer is none of those that are known. */
    public StoreException unknown() {
        return RedisErrors.misconfigured("unknown reply to " + of);
    }

    private @Nullable Object item(int index) {
        if (index >= items.size()) {
            throw unknown();
        }
        return items.get(index);
    }
}
