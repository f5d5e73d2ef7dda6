package io.qbull.resize.search;

import io.qbull.model.EntryId;
import io.qbull.model.HeldPlace;
import io.qbull.model.LogPart;
import io.qbull.model.StreamId;
import io.qbull.resize.search.Item.Stored;
import io.qbull.resize.search.Outcome.Answer;
import io.qbull.resize.search.Partition.Waiting;
import io.qbull.resize.search.World.Outcomes;
import org.jspecify.annotations.Nullable;

/** What Redis does: each script in one step. */
final class Scripts {
    private final Scenario scenario;
    private final ResizeScripts resize;

    Scripts(Scenario scenario) {
        this.scenario = scenario;
        this.resize = new ResizeScripts(scenario);
    }

    Outcome run(World world, Script script) {
        if (script instanceof Script.Unpack unpack) {
            return unpack(world, unpack);
        }
        if (script instanceof Script.Commit commit) {
            return commit(world, commit);
        }
        if (script instanceof Script.Fail fail) {
            return fail(world, fail);
        }
        return resize.run(world, script);
    }

    private Outcome unpack(World world, Script.Unpack script) {
        Partition partition = world.partition(script.partition());
        if (!partition.owned(script.pod(), script.epoch())) {
            return new Outcome(world, Answer.FENCED);
        }
        Partition taken = take(partition, script.part(), script.entry());
        if (taken == null) {
            if (!scenario.has(Flaw.UNPACKS_TWICE)) {
                return new Outcome(world, Answer.DONE);
            }
            taken = partition;
        }
        if (script.entry().item() instanceof Item.Held held) {
            int key = scenario.keyOf(held.job());
            return done(world, taken.hold(new Waiting(key, held.place(), held.job(), held.attempted())));
        }
        int job = ((Item.OfJob) script.entry().item()).job();
        return done(world, taken.withDelayed(Lists.plus(taken.delayed(), job)));
    }

    private Outcome commit(World world, Script.Commit script) {
        Partition partition = world.partition(script.partition());
        if (!partition.owned(script.pod(), script.epoch())) {
            return new Outcome(world, Answer.FENCED);
        }
        Partition left = script.entry() == null
                ? partition.withHeld(Lists.without(partition.held(), waiting -> waiting.job() == script.job()))
                : take(partition, script.part(), script.entry());
        World after = left == null ? world : world.with(left);
        return done(after, after.shared().outcomes().committed(script.job()));
    }

    private Outcome fail(World world, Script.Fail script) {
        Partition partition = world.partition(script.partition());
        if (!partition.owned(script.pod(), script.epoch())) {
            return new Outcome(world, Answer.FENCED);
        }
        Partition failed = script.entry() == null
                ? again(partition, script.job())
                : park(partition, script.part(), script.entry(), true);
        return failed == null
                ? new Outcome(world, Answer.DONE)
                : done(world.with(failed), world.shared().outcomes().failed(script.job()));
    }

    private @Nullable Partition again(Partition partition, int job) {
        for (int index = 0; index < partition.held().size(); index++) {
            Waiting waiting = partition.held().get(index);
            if (waiting.job() == job) {
                Waiting attempted = new Waiting(waiting.key(), waiting.place(), job, true);
                return partition.withHeld(Lists.set(partition.held(), index, attempted));
            }
        }
        return null;
    }

    /** Moves a job to the held ones of its key; null if its entry is gone. */
    @Nullable
    Partition park(Partition partition, LogPart part, Stored entry, boolean attempted) {
        Partition taken = take(partition, part, entry);
        if (taken == null) {
            return null;
        }
        StreamId streamId = new StreamId(0, entry.id());
        EntryId id = scenario.has(Flaw.PLACES_AS_IN_THE_STREAM)
                ? EntryId.own(streamId)
                : new EntryId(part.segment(), streamId);
        HeldPlace place = HeldPlace.of(id, Math.max(1, partition.stage().started()), partition.index());
        int job = ((Item.OfJob) entry.item()).job();
        return taken.hold(new Waiting(scenario.keyOf(job), place, job, attempted));
    }

    private @Nullable Partition take(Partition partition, LogPart part, Stored entry) {
        return partition.entries(part).contains(entry)
                ? resize.tidy(partition.withEntries(part, Lists.without(partition.entries(part), entry::equals)))
                : null;
    }

    private static Outcome done(World world, Partition partition) {
        return new Outcome(world.with(partition), Answer.DONE);
    }

    private static Outcome done(World world, Outcomes outcomes) {
        return new Outcome(world.with(world.shared().with(outcomes)), Answer.DONE);
    }
}
