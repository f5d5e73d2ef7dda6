package io.qbull.store.redis.tables;

import io.qbull.model.KeyHash;
import io.qbull.model.Layout;
import io.qbull.model.QueueName;
import io.qbull.model.Resize;
import io.qbull.store.ResizeTable.Earlier;
import io.qbull.store.ResizeTable.LayoutState;
import io.qbull.store.StoreException;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the layout of a queue says.
 *
 * @param current by which jobs are added; null while the queue is being created, or if there is no such queue
 * @param intended the layout after the resize, or the creation, that is under way; null if there is none
 * @param replaced earlier layouts, by version
 * @param keyHash how keys are mapped to partitions; null if that was not recorded
 */
record LayoutHash(
        @Nullable Layout current,
        @Nullable Layout intended,
        List<Replaced> replaced,
        @Nullable KeyHash keyHash) {
    /**
     * Field of an earlier version and, behind an equals sign, its value: the number of partitions, when it was replaced, and until when
     * ids of its jobs are remembered.
     */
    private static final Pattern EARLIER = Pattern.compile("v(\\d{1,9})=(\\d{1,9})(?: (\\d{1,18}) (\\d{1,18}))?");

    /**
     * An earlier layout.
     *
     * @param layout the layout
     * @param atMillis when it was replaced, ms since 1970
     * @param untilMillis until when ids of its jobs are remembered, ms since 1970; 0 = none is
     */
    record Replaced(Layout layout, long atMillis, long untilMillis) {
        private Earlier at(long nowMillis) {
            return new Earlier(
                    layout,
                    Duration.ofMillis(Math.max(0, nowMillis - atMillis)),
                    Duration.ofMillis(Math.max(0, untilMillis - nowMillis)));
        }
    }

    /**
     * @param hash the fields, each followed by its value
     * @return what they say
     */
    static LayoutHash of(Reply hash) {
        Map<String, String> fields = new HashMap<>();
        List<Replaced> replaced = new ArrayList<>();
        for (int i = 0; i + 1 < hash.size(); i += 2) {
            fields.put(hash.text(i), hash.text(i + 1));
            Matcher earlier = EARLIER.matcher(hash.text(i) + "=" + hash.text(i + 1));
            if (earlier.matches()) {
                replaced.add(new Replaced(
                        layout(earlier.group(1), earlier.group(2)),
                        millis(earlier.group(3)),
                        millis(earlier.group(4))));
            }
        }
        replaced.sort(Comparator.comparingInt(each -> each.layout().version()));
        Layout current = layout(fields, "version", "partitions");
        Layout intended = layout(fields, "next_version", "next_partitions");
        return new LayoutHash(
                current,
                // A process that did not know a lost layout may have left a lower one.
                intended != null && current != null && intended.version() <= current.version() ? null : intended,
                replaced,
                keyHash(fields.get("key_hash")));
    }

    /**
     * @return the same for a queue that exists
     * @throws StoreException.Unavailable if there is no layout
     */
    static LayoutHash of(QueueName queue, Reply hash) {
        LayoutHash read = of(hash);
        if (read.current == null) {
            throw absent(queue);
        }
        return read;
    }

    /** The queue has no layout, or it was lost and will be put back. */
    static StoreException absent(QueueName queue) {
        return RedisErrors.unavailable("queue=" + queue + " has no layout");
    }

    private static @Nullable Layout layout(Map<String, String> fields, String version, String partitions) {
        String number = fields.get(version);
        String count = fields.get(partitions);
        return number == null || count == null ? null : layout(number, count);
    }

    private static @Nullable KeyHash keyHash(@Nullable String text) {
        return Arrays.stream(KeyHash.values())
                .filter(each -> each.text().equals(text))
                .findFirst()
                .orElse(null);
    }

    private static long millis(@Nullable String text) {
        return text == null ? 0 : Long.parseLong(text);
    }

    private static Layout layout(String version, String partitions) {
        return new Layout(Integer.parseInt(version), Integer.parseInt(partitions));
    }

    /**
     * @return all known layouts that have been current, by version, the last one is current; empty if the queue has none yet
     */
    List<Layout> layouts() {
        List<Layout> layouts = new ArrayList<>();
        if (current != null) {
            replaced.forEach(each -> layouts.add(each.layout()));
            layouts.add(current);
        }
        return List.copyOf(layouts);
    }

    /**
     * @param other what was read of the same queue at another time
     * @return whether the other one was read later, or is the same: the version only grows, and a resize only ends when it does
     */
    boolean isFollowedBy(LayoutHash other) {
        return version() < other.version()
                || (Objects.equals(current, other.current) && (intended == null || other.intended != null));
    }

    /**
     * @param layout of the queue that was read
     * @param resize version of the resize under way that was read with it; empty if there is none
     * @return whether that is less than this: Redis has lost the rest, or it was read before this
     */
    boolean isLostFrom(Layout layout, String resize) {
        return layout.version() < version() || (layout.equals(current) && resize.isEmpty() && intended != null);
    }

    /**
     * @return whether this is all that a layout with these says
     */
    boolean says(Layout layout, String resize) {
        return layout.equals(current) && resize.equals(resizeVersion());
    }

    /**
     * @return the current layout
     * @throws IllegalStateException if there is none
     */
    Layout exists() {
        if (current == null) {
            throw new IllegalStateException("there is no layout");
        }
        return current;
    }

    /**
     * @return version of the resize under way; empty if there is none
     */
    String resizeVersion() {
        return intended == null ? "" : Integer.toString(intended.version());
    }

    private int version() {
        return current == null ? 0 : current.version();
    }

    /**
     * @return the fields that say this, each followed by its value
     */
    List<String> fields() {
        List<String> fields = new ArrayList<>();
        add(fields, current, "version", "partitions");
        add(fields, intended, "next_version", "next_partitions");
        for (Replaced each : replaced) {
            fields.add("v" + each.layout().version());
            fields.add(each.layout().partitions() + " " + each.atMillis() + " " + each.untilMillis());
        }
        if (keyHash != null) {
            fields.add("key_hash");
            fields.add(keyHash.text());
        }
        return fields;
    }

    private static void add(List<String> fields, @Nullable Layout layout, String version, String partitions) {
        if (layout != null) {
            fields.addAll(List.of(
                    version, Integer.toString(layout.version()), partitions, Integer.toString(layout.partitions())));
        }
    }

    /**
     * @param nowMillis time at the server, ms since 1970
     * @return what a resize must know
     * @throws IllegalStateException if there is no current layout
     */
    LayoutState state(long nowMillis) {
        Layout now = exists();
        List<Earlier> earlier =
                replaced.stream().map(each -> each.at(nowMillis)).toList();
        Resize resize =
                intended == null ? null : new Resize(intended.version(), now.partitions(), intended.partitions());
        return new LayoutState(now, resize, earlier);
    }
}
