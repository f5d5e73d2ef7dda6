package io.qbull.store.redis.tables;

import io.qbull.model.Attempts;
import io.qbull.model.HeldPlace;
import io.qbull.model.JobPlace;
import io.qbull.model.Lease;
import io.qbull.model.PartitionId;
import io.qbull.model.Segment;
import io.qbull.store.HeldJobs;
import io.qbull.store.JobLog.Instruction;
import io.qbull.store.JobLog.Verdict;
import io.qbull.store.redis.client.CommandRouter;
import io.qbull.store.redis.client.RedisErrors;
import io.qbull.store.redis.client.Reply;
import io.qbull.store.redis.client.Request;
import io.qbull.store.redis.schema.Keys;
import io.qbull.store.redis.schema.Script;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** The held jobs in Redis. Thread-safe. */
public final class RedisHeldJobs implements HeldJobs {
    private static final int MOST_PARKED = 10_000;
    /** When the held jobs of a partition use so many bytes of Redis, no more are parked. Small jobs count as 4 kB each. */
    private static final int MOST_BYTES = 16 << 20;

    private static final String UNTIL_ASKED = "-1";

    private final CommandRouter router;

    public RedisHeldJobs(CommandRouter router) {
        this.router = router;
    }

    @Override
    public CompletionStage<Verdict> fail(Lease lease, JobPlace job, String key, Failed failed) {
        Duration pause = failed.pause();
        List<byte[]> args = RedisJobLog.ownerArgs(
                lease,
                Integer.toString(lease.partition().index()),
                job.entry().toString(),
                job.held(),
                key,
                Integer.toString(failed.attempts()),
                Integer.toString(failed.counted()),
                Integer.toString(failed.change()),
                pause == null ? UNTIL_ASKED : Long.toString(pause.toMillis()),
                failed.reason());
        return RedisJobLog.verdict(router.runAs(
                lease, Script.FAIL, movingKeys(lease.partition(), job.entry().segment()), args));
    }

    @Override
    public CompletionStage<Parking> park(Lease lease, List<Parked> jobs, boolean repeated) {
        Segment segment = ofOneStream(jobs);
        List<byte[]> args = RedisJobLog.ownerArgs(
                lease, Integer.toString(lease.partition().index()), repeated ? "" : Integer.toString(MOST_BYTES));
        for (Parked each : jobs) {
            args.add(Request.utf8(each.job().toString()));
            args.add(Request.utf8(each.key()));
        }
        return RedisErrors.translate(router.runAs(lease, Script.PARK, movingKeys(lease.partition(), segment), args)
                .thenApply(RedisHeldJobs::parking));
    }

    @Override
    public CompletionStage<Unpacked> unpack(Lease lease, List<Parked> jobs) {
        Segment segment = ofOneStream(jobs);
        PartitionId partition = lease.partition();
        List<String> keys = List.of(
                Keys.lease(partition),
                Keys.segment(partition, segment),
                Keys.held(partition),
                Keys.heldJobs(partition),
                Keys.attempts(partition));
        List<byte[]> args = RedisJobLog.ownerArgs(lease);
        for (Parked each : jobs) {
            args.add(Request.utf8(each.job().toString()));
            args.add(Request.utf8(each.key()));
        }
        return RedisErrors.translate(
                router.runAs(lease, Script.UNPACK, keys, args).thenApply(RedisHeldJobs::unpacked));
    }

    private static Segment ofOneStream(List<Parked> jobs) {
        if (jobs.isEmpty() || jobs.size() > MOST_PARKED) {
            throw new IllegalArgumentException("a call takes 1 to " + MOST_PARKED + " jobs, not " + jobs.size());
        }
        Segment segment = jobs.get(0).job().segment();
        if (jobs.stream().anyMatch(each -> !each.job().segment().equals(segment))) {
            throw new IllegalArgumentException("a call takes jobs of one stream");
        }
        return segment;
    }

    private static Unpacked unpacked(Reply reply) {
        return switch (reply.tag()) {
            case "fenced" -> new Unpacked.Fenced();
            case "unpacked" -> new Unpacked.Done(pauses(reply.list(1)));
            default -> throw reply.unknown();
        };
    }

    private static Map<String, @Nullable Duration> pauses(Reply flat) {
        Map<String, @Nullable Duration> keys = new LinkedHashMap<>();
        for (int i = 0; i + 1 < flat.size(); i += 2) {
            keys.put(flat.text(i), RedisJobLog.due(flat.number(i + 1)));
        }
        return keys;
    }

    @Override
    public CompletionStage<Advance> advance(Lease lease, String key, @Nullable JobPlace done) {
        PartitionId partition = lease.partition();
        List<String> keys = List.of(
                Keys.lease(partition), Keys.held(partition), Keys.heldJobs(partition), Keys.attempts(partition));
        List<byte[]> args = RedisJobLog.ownerArgs(lease, key, done == null ? "" : done.held());
        return RedisErrors.translate(
                router.runAs(lease, Script.ADVANCE, keys, args).thenApply(RedisHeldJobs::advanced));
    }

    @Override
    public CompletionStage<Page> keys(Lease lease, String cursor) {
        PartitionId partition = lease.partition();
        List<String> keys = List.of(
                Keys.lease(partition),
                Keys.held(partition),
                Keys.heldJobs(partition),
                Keys.delayed(partition),
                Keys.delayedJobs(partition));
        return RedisErrors.translate(router.runAs(lease, Script.HELD, keys, RedisJobLog.ownerArgs(lease, cursor))
                .thenApply(RedisHeldJobs::page));
    }

    @Override
    public CompletionStage<Mending> mend(Lease lease, String cursor) {
        PartitionId partition = lease.partition();
        List<String> keys = List.of(
                Keys.lease(partition),
                Keys.heldJobs(partition),
                Keys.attempts(partition),
                Keys.delayed(partition),
                Keys.delayedJobs(partition),
                Keys.held(partition));
        return RedisErrors.translate(router.runAs(lease, Script.MEND, keys, RedisJobLog.ownerArgs(lease, cursor))
                .thenCompose(page -> switch (page.tag()) {
                    case "fenced" -> CompletableFuture.completedStage(new Mending.Fenced());
                    case "mended" -> tie(lease, page);
                    default -> throw page.unknown();
                }));
    }

    /** Says what key each job has of which a page asked, so that the rule for keys is written in one place. */
    private CompletionStage<Mending> tie(Lease lease, Reply page) {
        Reply asked = page.list(4);
        if (asked.size() == 0) {
            return CompletableFuture.completedStage(mended(page, 0, 0));
        }
        PartitionId partition = lease.partition();
        List<String> keys = List.of(
                Keys.lease(partition),
                Keys.held(partition),
                Keys.heldJobs(partition),
                Keys.attempts(partition),
                Keys.dead(partition));
        List<byte[]> args = RedisJobLog.ownerArgs(lease);
        for (int i = 0; i + 2 < asked.size(); i += 3) {
            args.add(asked.bytes(i));
            args.add(Request.utf8(
                    EntryCodec.key(asked.text(i + 1), asked.list(i + 2)).orElse("")));
        }
        return router.runAs(lease, Script.TIE, keys, args).thenApply(tied -> switch (tied.tag()) {
            case "fenced" -> new Mending.Fenced();
            case "tied" -> mended(page, tied.number(1), tied.number(2));
            default -> throw tied.unknown();
        });
    }

    private static Mending mended(Reply page, long tied, long buried) {
        return new Mending.Mended(page.text(1), (int) (page.number(2) + tied), (int) page.number(3), (int) buried);
    }

    @Override
    public CompletionStage<Verdict> suspect(Lease lease, JobPlace job, String key, Attempts known) {
        PartitionId partition = lease.partition();
        List<String> keys = List.of(
                Keys.lease(partition),
                Keys.segment(partition, job.entry().segment()),
                Keys.heldJobs(partition),
                Keys.attempts(partition));
        List<byte[]> args = RedisJobLog.ownerArgs(
                lease,
                job.entry().toString(),
                job.held(),
                key,
                Integer.toString(known.crashed()),
                Integer.toString(known.doubled()),
                Integer.toString(known.change()));
        return RedisJobLog.verdict(router.runAs(lease, Script.SUSPECT, keys, args));
    }

    @Override
    public CompletionStage<Attended> attend(Lease lease, Instruction instruction, Action action) {
        PartitionId partition = lease.partition();
        List<String> keys = List.of(
                Keys.lease(partition),
                Keys.inbox(partition),
                Keys.held(partition),
                Keys.heldJobs(partition),
                Keys.attempts(partition));
        List<byte[]> args = RedisJobLog.ownerArgs(
                lease,
                instruction.id().toString(),
                action.name().toLowerCase(Locale.ROOT),
                instruction.key(),
                instruction.place());
        return RedisErrors.translate(
                router.runAs(lease, Script.ATTEND, keys, args).thenApply(RedisHeldJobs::attended));
    }

    private static List<String> movingKeys(PartitionId partition, Segment segment) {
        return List.of(
                Keys.lease(partition),
                Keys.segment(partition, segment),
                Keys.held(partition),
                Keys.heldJobs(partition),
                Keys.attempts(partition),
                Keys.started(partition));
    }

    private static Parking parking(Reply reply) {
        return switch (reply.tag()) {
            case "fenced" -> Parking.FENCED;
            case "full" -> Parking.FULL;
            case "done" -> Parking.DONE;
            default -> throw reply.unknown();
        };
    }

    private static Advance advanced(Reply reply) {
        return switch (reply.tag()) {
            case "fenced" -> new Advance.Fenced();
            case "free" -> new Advance.Free();
            case "next" -> {
                HeldPlace place = HeldPlace.parse(reply.text(1));
                yield new Advance.Next(
                        new JobPlace(place.log(), reply.text(1)),
                        LogCodec.decodeHeld(place, reply.list(3), reply.text(4)));
            }
            default -> throw reply.unknown();
        };
    }

    private static Attended attended(Reply reply) {
        return switch (reply.tag()) {
            case "fenced" -> new Attended.Fenced();
            case "done" -> new Attended.Done(RedisJobLog.due(reply.number(1)));
            default -> throw reply.unknown();
        };
    }

    private static Page page(Reply reply) {
        return switch (reply.tag()) {
            case "fenced" -> new Page.Fenced();
            case "keys" -> new Page.Keys(reply.text(1), pauses(reply.list(2)));
            case "broken" -> new Page.Broken();
            default -> throw reply.unknown();
        };
    }
}
