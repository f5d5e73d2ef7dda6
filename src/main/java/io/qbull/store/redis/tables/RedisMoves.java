package io.qbull.store.redis.tables;

import io.lettuce.core.protocol.CommandType;
import io.qbull.model.EntryId;
import io.qbull.model.HeldPlace;
import io.qbull.model.Lease;
import io.qbull.model.LogPart;
import io.qbull.model.PartitionId;
import io.qbull.model.Position;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.store.MovedItem;
import io.qbull.store.ResizeTable.Copying;
import io.qbull.store.ResizeTable.PageBounds;
import io.qbull.store.ResizeTable.PageRead;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads and deletes what leaves a partition, and adds it to another one. Thread-safe. */
final class RedisMoves {
    /** What is on record of a key whose first job may run. */
    private static final String FREE = "0 0 0 ";
    /** Length of the SHA-1 of a key in hexadecimal digits, with which the position of a held job begins. */
    private static final int TAG = 40;

    private final CommandRouter router;

    RedisMoves(CommandRouter router) {
        this.router = router;
    }

    CompletionStage<PageRead> page(
            Lease lease,
            int version,
            LogPart part,
            @Nullable Position after,
            PageBounds bounds,
            List<MovedItem> copied) {
        PartitionId partition = lease.partition();
        List<String> keys =
                new ArrayList<>(List.of(Keys.lease(partition), Keys.seal(partition), Keys.moved(partition)));
        keys.addAll(partKeys(partition, part));
        List<String> args = new ArrayList<>(List.of(Integer.toString(version)));
        args.addAll(cursor(part, after));
        args.addAll(List.of(Integer.toString(bounds.items()), Integer.toString(bounds.bytes())));
        copied.forEach(item -> args.addAll(deletion(item)));
        return router.runAs(lease, script(part), keys, RedisJobLog.ownerArgs(lease, args.toArray(String[]::new)))
                .thenCompose(reply -> switch (reply.tag()) {
                    case "fenced" -> CompletableFuture.completedStage(new PageRead.Fenced());
                    case "other" -> CompletableFuture.completedStage(new PageRead.Other());
                    case "page" ->
                        items(partition, part, after, reply.packed(1)).thenApply(PageRead.Page::new);
                    default -> throw reply.unknown();
                });
    }

    private static Script script(LogPart part) {
        if (part.isStream()) {
            return Script.PAGE;
        }
        return part.equals(LogPart.HELD) ? Script.PAGE_HELD : Script.PAGE_DELAYED;
    }

    private static List<String> partKeys(PartitionId partition, LogPart part) {
        if (part.isStream()) {
            return List.of(Keys.segment(partition, part.segment()), Keys.attempts(partition));
        }
        return part.equals(LogPart.HELD)
                ? List.of(Keys.held(partition), Keys.heldJobs(partition), Keys.attempts(partition))
                : List.of(Keys.delayed(partition), Keys.delayedJobs(partition), Keys.delayedIds(partition));
    }

    private static List<String> cursor(LogPart part, @Nullable Position after) {
        if (!part.isStream()) {
            return List.of(after == null ? "" : name(after));
        }
        String named = part.segment().own() ? "" : part.segment() + "/";
        return List.of(named, after == null ? StreamId.START.toString() : name(after));
    }

    private static List<String> deletion(MovedItem item) {
        LogPart part = item.position().part();
        String name = name(item.position());
        if (part.isStream()) {
            return List.of(name);
        }
        if (part.equals(LogPart.DELAYED)) {
            byte[] stored = item.contents().get(0).get(2);
            return List.of(name + " " + HexFormat.of().formatHex(Script.sha1(stored)));
        }
        String key = item.key();
        if (key == null) {
            throw new IllegalArgumentException("a job without a key stays");
        }
        return List.of(name.substring(TAG), key);
    }

    /** What scripts call a job: its stream id; the member of a delayed one; SHA-1 of the key and place of a held one. */
    private static String name(Position position) {
        String id = position.id();
        int dash = id.indexOf('-');
        if (position.part().isStream()) {
            return new StreamId(
                            Long.parseUnsignedLong(id, 0, dash, 10),
                            Long.parseUnsignedLong(id, dash + 1, id.length(), 10))
                    .toString();
        }
        return position.part().equals(LogPart.HELD)
                ? id.substring(0, TAG) + id.substring(TAG + 1)
                : Long.parseUnsignedLong(id, 0, dash, 10) + id.substring(dash);
    }

    private CompletionStage<List<MovedItem>> items(
            PartitionId partition, LogPart part, @Nullable Position after, Reply page) {
        List<Reply> replies = page.lists();
        if (part.equals(LogPart.HELD)) {
            return held(partition, after, replies);
        }
        return CompletableFuture.completedStage(replies.stream()
                .map(reply -> part.isStream() ? entry(part.segment(), reply) : delayed(reply))
                .toList());
    }

    private static MovedItem entry(Segment segment, Reply entry) {
        String id = entry.text(0);
        EntryId name = new EntryId(segment, StreamId.parse(id));
        StagedEntry staged = StagedEntry.of(name, entry.list(1));
        return item(Position.ofEntry(name), staged.key(), List.of(staged.plain(entry.text(2))));
    }

    private static MovedItem delayed(Reply job) {
        Reply stored = job.packed(1);
        String member = job.text(0);
        int dash = member.indexOf('-');
        String due = member.substring(0, dash);
        List<byte[]> contents = List.of(Request.utf8(due), stored.bytes(0), job.bytes(1));
        return item(
                Position.ofDelayed(Long.parseLong(due), member.substring(dash + 1)),
                StagedEntry.added("", stored.list(1)).key(),
                List.of(contents));
    }

    private static MovedItem item(Position position, @Nullable String key, List<List<byte[]>> contents) {
        long bytes = contents.stream()
                .flatMap(List::stream)
                .mapToLong(each -> each.length)
                .sum();
        return new MovedItem(position, key, contents.size(), bytes, contents);
    }

    /**
     * What is on record of a key goes along with its first job. It is read after the page: nobody else changes it while the partition is
     * sealed, and what a stale owner reads it does not copy, because the first job has been copied before.
     */
    private CompletionStage<List<MovedItem>> held(
            PartitionId partition, @Nullable Position after, List<Reply> members) {
        List<String> keys = new ArrayList<>();
        String before = after == null ? "" : name(after).substring(0, TAG);
        for (Reply member : members) {
            String key = heldEntry(member, 0).key();
            keys.add(key == null || before.equals(member.text(0)) ? "" : key);
            before = member.text(0);
        }
        if (keys.stream().allMatch(String::isEmpty)) {
            return CompletableFuture.completedStage(
                    members.stream().map(member -> held(member, "")).toList());
        }
        String hash = Keys.held(partition);
        keys.add(0, hash);
        return router.send(hash, Request.of(CommandType.HMGET, keys.toArray(String[]::new)))
                .thenApply(states -> {
                    List<MovedItem> items = new ArrayList<>();
                    for (int i = 0; i < members.size(); i++) {
                        String state = states.textOrNull(i);
                        items.add(held(members.get(i), state == null || state.equals(FREE) ? "" : state));
                    }
                    return items;
                });
    }

    private static MovedItem held(Reply member, String state) {
        Reply jobs = member.list(1);
        List<List<byte[]>> contents = new ArrayList<>();
        for (int i = 0; i < jobs.size(); i += 4) {
            contents.add(heldEntry(member, i).held(jobs.text(i + 2), jobs.text(i + 3), i == 0 ? state : ""));
        }
        Position position = Position.ofHeld(member.text(0), HeldPlace.parse(jobs.text(3)));
        return item(position, heldEntry(member, 0).key(), contents);
    }

    private static StagedEntry heldEntry(Reply member, int at) {
        Reply jobs = member.list(1);
        return StagedEntry.held(HeldPlace.parse(jobs.text(at + 3)), jobs.list(at + 1));
    }

    CompletionStage<Copying> copy(PartitionId target, Segment segment, List<MovedItem> items) {
        List<byte[]> args = RedisJobLog.args(Integer.toString(segment.version()), segment.toString());
        boolean delayed = items.get(0).position().part().equals(LogPart.DELAYED);
        for (MovedItem item : items) {
            byte[] position = Request.utf8(item.position().toString());
            for (List<byte[]> entry : item.contents()) {
                args.add(position);
                if (!delayed) {
                    args.add(Request.utf8(Integer.toString(entry.size())));
                }
                args.addAll(entry);
            }
        }
        return router.run(
                        delayed ? Script.COPY_DELAYED : Script.COPY,
                        delayed ? delayedKeys(target) : segmentKeys(target, segment),
                        args)
                .thenApply(answer -> switch (answer.reply().tag()) {
                    case "copied" -> Copying.COPIED;
                    case "started" -> Copying.STARTED;
                    default -> throw answer.reply().unknown();
                });
    }

    private static List<String> segmentKeys(PartitionId target, Segment segment) {
        return List.of(
                Keys.lease(target),
                Keys.started(target),
                Keys.staged(target),
                Keys.segment(target, segment),
                Keys.inbox(target));
    }

    private static List<String> delayedKeys(PartitionId target) {
        return List.of(
                Keys.lease(target),
                Keys.started(target),
                Keys.staged(target),
                Keys.delayed(target),
                Keys.delayedJobs(target),
                Keys.delayedIds(target),
                Keys.inbox(target));
    }
}
