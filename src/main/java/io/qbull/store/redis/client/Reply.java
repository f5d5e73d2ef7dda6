package io.qbull.store.redis.client;

import io.qbull.store.StoreException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reply of a server: texts, numbers, nulls and nested replies. An item that is missing or of another type means that the
 * server is not Redis or runs another script, so every accessor then throws {@link StoreException.Misconfigured}.
 *
 * @param command the command, for messages; empty if no server was asked
 * @param items the reply
 */
public record Reply(String command, List<Object> items) {
    /** The reply to a command under a lease that has ended, given without asking the server. */
    static final Reply FENCED = new Reply("", List.of(Request.utf8("fenced")));

    /** Whether this reply was given without asking the server. */
    public boolean local() {
        return command.isEmpty();
    }

    /** The first item of a script's reply, which says what the others are. */
    public String tag() {
        return text(0);
    }

    /** The text at a place, counted from 0. */
    public String text(int index) {
        return new String(bytes(index), StandardCharsets.UTF_8);
    }

    /** The bytes at a place, counted from 0. */
    public byte[] bytes(int index) {
        if (item(index) instanceof byte[] bytes) {
            return bytes;
        }
        throw unknown();
    }

    /** The text at a place; null if the server replied nil. */
    @Nullable
    public String textOrNull(int index) {
        return item(index) == null ? null : text(index);
    }

    /** The number at a place, counted from 0. */
    public long number(int index) {
        if (item(index) instanceof Long number) {
            return number;
        }
        throw unknown();
    }

    /** The number at a place; null if the server replied nil. */
    @Nullable
    public Long numberOrNull(int index) {
        return item(index) == null ? null : (Long) number(index);
    }

    /** The number of items. */
    public int size() {
        return items.size();
    }

    /** The nested reply at a place, counted from 0. */
    public Reply list(int index) {
        if (item(index) instanceof List<?> list) {
            return new Reply(command, Collections.unmodifiableList(list));
        }
        throw unknown();
    }

    /** The nested reply that a script has packed into the text at a place, counted from 0. */
    public Reply packed(int index) {
        try {
            return new Reply(command, MessagePack.list(bytes(index)));
        } catch (IllegalArgumentException e) {
            throw unknown();
        }
    }

    /** All items, each a nested reply. */
    public List<Reply> lists() {
        List<Reply> lists = new ArrayList<>(items.size());
        for (int i = 0; i < items.size(); i++) {
            lists.add(list(i));
        }
        return lists;
    }

    /** The exception to throw for a reply that has none of the known forms. */
    public StoreException unknown() {
        return RedisErrors.misconfigured("unknown reply to " + command);
    }

    private @Nullable Object item(int index) {
        if (index >= items.size()) {
            throw unknown();
        }
        return items.get(index);
    }
}
