package io.qbull.resize.search;

import io.qbull.model.LogPart;
import io.qbull.model.PartitionStage;
import io.qbull.model.Position;
import io.qbull.model.SealState;
import io.qbull.model.Segment;
import io.qbull.resize.LogEntry;
import io.qbull.resize.search.Outcome.Answer;
import io.qbull.resize.search.Partition.Arrivals;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The scripts of a resize. */
final class ResizeScripts {
    private final Scenario scenario;
    private final Log log;

    ResizeScripts(Scenario scenario) {
        this.scenario = scenario;
        this.log = new Log(scenario);
    }

    Outcome run(World world, Script script) {
        Partition partition = world.partition(script.partition());
        if (script instanceof Script.Copy copy) {
            return copy(world, partition, copy);
        }
        if (script instanceof Script.Page page) {
            return page(world, partition, page);
        }
        if (script instanceof Script.Tell tell) {
            return tell(world, partition, tell);
        }
        if (script instanceof Script.Seal seal) {
            return done(world, seal(partition, seal));
        }
        if (script instanceof Script.Open open) {
            return done(world, open(partition, open));
        }
        if (script instanceof Script.Start start) {
            return done(world, start(partition, start));
        }
        throw new IllegalArgumentException("no script of a resize: " + script);
    }

    private Outcome copy(World world, Partition target, Script.Copy script) {
        int version = script.plan().version();
        if (target.stage().started() >= version && !scenario.has(Flaw.COPIES_AFTER_START)) {
            return new Outcome(world, Answer.STARTED);
        }
        Segment name = new Segment(version, script.source());
        Arrivals arrivals = target.segment(name);
        if (arrivals == null) {
            arrivals = new Arrivals(name, null, 0, List.of());
        }
        Partition after = target;
        for (LogEntry<Item.OfJob> entry : script.entries()) {
            if (!isNew(entry.position(), arrivals.last())) {
                continue;
            }
            if (entry.content() instanceof Item.Delayed job && !scenario.has(Flaw.DELAYED_IN_SEGMENTS)) {
                after = after.withDelayed(Lists.plus(after.delayed(), job.job()));
            } else {
                arrivals = arrivals.plus(carried(entry.content()));
            }
            arrivals = arrivals.at(entry.position());
        }
        return done(world, after.put(arrivals));
    }

    private Item carried(Item.OfJob item) {
        return item instanceof Item.Held held && scenario.has(Flaw.FORGETS_ATTEMPTS)
                ? new Item.Held(held.job(), held.place(), false)
                : item;
    }

    private boolean isNew(Position position, @Nullable Position last) {
        if (last == null || scenario.has(Flaw.COPIES_AGAIN)) {
            return true;
        }
        boolean idsAlone = scenario.has(Flaw.COMPARES_IDS_ALONE)
                && position.part().isStream()
                && last.part().isStream();
        return (idsAlone ? position.id().compareTo(last.id()) : position.compareTo(last)) > 0;
    }

    private Outcome page(World world, Partition partition, Script.Page script) {
        List<Position> delete = script.command().delete();
        boolean unfenced = scenario.has(Flaw.READS_UNFENCED) && delete.isEmpty();
        if (!partition.owned(script.pod(), script.epoch()) && !unfenced) {
            return new Outcome(world, Answer.FENCED);
        }
        if (!isFor(partition.stage(), script.plan().version())) {
            return new Outcome(world, Answer.OTHER);
        }
        return delete.isEmpty()
                ? new Outcome(world, Answer.DONE)
                : done(world, tidy(log.without(partition, script.command().part(), delete)));
    }

    private boolean isFor(PartitionStage stage, int version) {
        if (scenario.has(Flaw.DELETES_AFTER_MOVE)) {
            return true;
        }
        boolean sealed = stage.seal().version() == version || scenario.has(Flaw.MOVES_ON_INTENT);
        return sealed && stage.moved() < version;
    }

    private Outcome tell(World world, Partition partition, Script.Tell script) {
        if (!partition.owned(script.pod(), script.epoch())) {
            return new Outcome(world, Answer.FENCED);
        }
        PartitionStage stage = partition.stage();
        int version = script.plan().version();
        boolean retires = script.plan().retires(partition.index()) && !scenario.has(Flaw.RETIRES_WITHOUT_START);
        int started = retires ? Math.max(stage.started(), version) : stage.started();
        return done(world, partition.with(new PartitionStage(stage.seal(), started, Math.max(stage.moved(), version))));
    }

    private Partition seal(Partition partition, Script.Seal script) {
        int version = script.plan().version();
        PartitionStage stage = partition.stage();
        if (stage.seal().reached(new SealState(version, false)) && !scenario.has(Flaw.SEALS_AGAIN)) {
            return partition;
        }
        boolean opens = scenario.has(Flaw.OPENS_AT_ONCE) && !script.plan().retires(partition.index());
        return partition
                .plus(new Item.Marker(version))
                .with(new PartitionStage(new SealState(version, opens), stage.started(), stage.moved()));
    }

    private static Partition open(Partition partition, Script.Open script) {
        SealState opened = new SealState(script.plan().version(), true);
        PartitionStage stage = partition.stage();
        if (stage.seal().reached(opened)) {
            return partition;
        }
        Partition marked = script.plan().isOld(partition.index())
                ? partition
                : partition.plus(new Item.Marker(script.plan().version()));
        return marked.with(new PartitionStage(opened, stage.started(), stage.moved()));
    }

    private Partition start(Partition partition, Script.Start script) {
        int version = script.plan().version();
        PartitionStage stage = partition.stage();
        if (!partition.isOpen(version) || stage.started() >= version) {
            return partition;
        }
        Partition started = partition.with(new PartitionStage(stage.seal(), version, stage.moved()));
        if (scenario.lean) {
            Item marker = new Item.Marker(version);
            started = started.withStream(
                    Lists.without(started.stream(), entry -> entry.item().equals(marker)));
        }
        return tidy(started);
    }

    /** Forgets segments that are empty, with the positions that came to them; none of a version that has not started. */
    Partition tidy(Partition partition) {
        int started = partition.stage().started();
        return partition.withSegments(Lists.without(
                partition.segments(),
                arrivals -> arrivals.entries().isEmpty()
                        && (arrivals.segment().version() <= started || scenario.has(Flaw.FORGETS_POSITIONS))));
    }

    /** The part of the log behind a position, and in front of the marker. */
    List<LogEntry<Item.OfJob>> following(Partition partition, LogPart part, @Nullable Position after, int version) {
        return log.entries(partition, part, version).stream()
                .filter(entry -> after == null || entry.position().compareTo(after) > 0)
                .toList();
    }

    private static Outcome done(World world, Partition partition) {
        return new Outcome(world.with(partition), Answer.DONE);
    }
}
