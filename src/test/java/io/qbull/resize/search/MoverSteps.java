package io.qbull.resize.search;

import io.qbull.resize.LogEntry;
import io.qbull.resize.MoveCommand;
import io.qbull.resize.MoveCommand.Copy;
import io.qbull.resize.MoveCommand.ReadPage;
import io.qbull.resize.PartitionMove;
import io.qbull.resize.PartitionMove.Phase;
import io.qbull.resize.ResizePlan;
import io.qbull.resize.search.Outcome.Answer;
import io.qbull.testing.SearchModel.Successors;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** An owner moves what leaves its partition, as {@link PartitionMove} decides. */
final class MoverSteps {
    private final Scenario scenario;
    private final Scripts scripts;
    private final ResizeScripts log;
    private final Decisions decisions;

    MoverSteps(Scenario scenario) {
        this.scenario = scenario;
        this.scripts = new Scripts(scenario);
        this.log = new ResizeScripts(scenario);
        this.decisions = new Decisions(scenario);
    }

    void expand(World world, Owner owner, Successors<World> next) {
        PartitionMove<Item.OfJob> move = owner.move();
        if (move == null) {
            begin(world, owner, next);
            return;
        }
        for (MoveCommand<Item.OfJob> command : move.commands()) {
            if (command instanceof ReadPage<Item.OfJob> page) {
                read(world, owner, move, page, next);
            } else if (command instanceof Copy<Item.OfJob> copy) {
                copy(world, owner, move, copy, next);
            } else {
                tell(world, owner, move, next);
            }
        }
    }

    private void begin(World world, Owner owner, Successors<World> next) {
        Partition partition = world.partition(owner.partition());
        ResizePlan plan = owner.frozen();
        boolean mayRead = partition.owned(owner.pod(), owner.epoch()) || scenario.has(Flaw.READS_UNFENCED);
        if (plan == null || !plan.isOld(owner.partition()) || partition.stage().moved() >= plan.version() || !mayRead) {
            return;
        }
        PartitionMove<Item.OfJob> move = decisions.move(plan, partition).begin(decisions.work(owner, plan));
        if (move.phase() == Phase.READING) {
            read(world, owner, move, (ReadPage<Item.OfJob>) move.commands().get(0), next);
        }
    }

    private void read(
            World world,
            Owner owner,
            PartitionMove<Item.OfJob> move,
            ReadPage<Item.OfJob> page,
            Successors<World> next) {
        Script script = new Script.Page(owner.pod(), owner.epoch(), owner.partition(), move.plan(), page);
        Supplier<String> deletes = () -> owner + ": " + (page.delete().isEmpty() ? "" : "deletes the page, ");
        if (!page.delete().isEmpty()) {
            lose(world, owner, script, deletes, next);
            tellTooEarly(world, owner, move, page, next);
        }
        Outcome outcome = scripts.run(world, script);
        if (outcome.answer() != Answer.DONE) {
            next.step(outcome.world().dropped(owner), () -> deletes.get() + "is refused: " + outcome.answer());
            return;
        }
        follow(outcome.world(), owner, move, page, deletes, next);
    }

    /**
     * Parts in which nothing leaves are read in the same step, for nothing that leaves can change meanwhile. A page may end behind any
     * entry that leaves.
     */
    private void follow(
            World world,
            Owner owner,
            PartitionMove<Item.OfJob> move,
            ReadPage<Item.OfJob> page,
            Supplier<String> deletes,
            Successors<World> next) {
        List<LogEntry<Item.OfJob>> found = log.following(
                world.partition(owner.partition()),
                page.part(),
                page.after(),
                move.plan().version());
        List<Integer> ends = new ArrayList<>();
        for (int index = 0; index < found.size() && ends.size() < scenario.pageSize; index++) {
            if (found.get(index).leaves(move.plan(), owner.partition())) {
                ends.add(index + 1);
            }
        }
        for (int end : ends) {
            PartitionMove<Item.OfJob> copying = move.read(page, found.subList(0, end));
            next.step(
                    world.with(owner.moving(copying)),
                    () -> deletes.get() + "reads " + text(copying.page()) + " to move");
        }
        if (ends.isEmpty()) {
            PartitionMove<Item.OfJob> on = found.isEmpty() ? move : move.read(page, found);
            on = on.read((ReadPage<Item.OfJob>) on.commands().get(0), List.of());
            if (on.phase() == Phase.READING) {
                follow(world, owner, on, (ReadPage<Item.OfJob>) on.commands().get(0), deletes, next);
            } else {
                next.step(world.with(owner.moving(on)), () -> deletes.get() + "finds nothing more that leaves");
            }
        }
    }

    private void copy(
            World world, Owner owner, PartitionMove<Item.OfJob> move, Copy<Item.OfJob> copy, Successors<World> next) {
        Supplier<String> label = () -> owner + ": copies " + text(copy.entries()) + " to p" + copy.target();
        Script script = new Script.Copy(move.plan(), owner.partition(), copy.target(), copy.entries());
        Owner goesOn = scenario.has(Flaw.DELETES_UNANSWERED) ? owner.moving(move.copied(copy)) : owner;
        lose(world, goesOn, script, label, next);
        Outcome outcome = scripts.run(world, script);
        PartitionMove<Item.OfJob> after = outcome.answer() == Answer.STARTED ? move.refused() : move.copied(copy);
        next.step(
                after.phase() == Phase.STALE
                        ? outcome.world().dropped(owner)
                        : outcome.world().with(owner.moving(after)),
                () -> label.get() + ", answer " + outcome.answer());
        if (scenario.has(Flaw.COPIES_IN_ANY_ORDER)) {
            next.step(backwards(world, move, copy).with(owner.moving(after)), () -> label.get() + " backwards");
        }
    }

    private World backwards(World world, PartitionMove<Item.OfJob> move, Copy<Item.OfJob> copy) {
        List<LogEntry<Item.OfJob>> entries = new ArrayList<>(copy.entries());
        Collections.reverse(entries);
        World after = world;
        for (LogEntry<Item.OfJob> entry : entries) {
            Script single = new Script.Copy(move.plan(), move.partition(), copy.target(), List.of(entry));
            after = scripts.run(after, single).world();
        }
        return after;
    }

    private void tell(World world, Owner owner, PartitionMove<Item.OfJob> move, Successors<World> next) {
        Script script = new Script.Tell(owner.pod(), owner.epoch(), owner.partition(), move.plan());
        Supplier<String> label =
                () -> owner + ": tells that it has moved for v" + move.plan().version();
        lose(world, owner, script, label, next);
        Outcome outcome = scripts.run(world, script);
        if (outcome.answer() == Answer.FENCED) {
            next.step(outcome.world().dropped(owner), () -> label.get() + ", fenced");
            return;
        }
        Owner told = owner.moving(null);
        boolean ended = move.plan().retires(owner.partition()) && !scenario.has(Flaw.RETIRES_WITHOUT_START);
        next.step(outcome.world().with(ended ? told.knows(move.plan().version(), null) : told), label);
    }

    private void tellTooEarly(
            World world,
            Owner owner,
            PartitionMove<Item.OfJob> move,
            ReadPage<Item.OfJob> page,
            Successors<World> next) {
        if (scenario.has(Flaw.TELLS_TOO_EARLY)) {
            Script script = new Script.Tell(owner.pod(), owner.epoch(), owner.partition(), move.plan());
            next.step(
                    scripts.run(world, script).world(),
                    () -> owner + ": tells that it has moved, with "
                            + page.delete().size() + " jobs to delete");
        }
    }

    private void lose(World world, Owner owner, Script script, Supplier<String> label, Successors<World> next) {
        if (world.shared().faults().late() > 0 && scenario.mayBeLate.contains(script.kind())) {
            next.fault(world.with(owner).lost(script), () -> label.get() + " [no answer, still on its way]");
        }
    }

    private String text(List<LogEntry<Item.OfJob>> entries) {
        return entries.stream()
                .map(entry -> scenario.text(entry.content().job())
                        + (entry.content() instanceof Item.Held ? "(held)" : "")
                        + (entry.content() instanceof Item.Delayed ? "(delayed)" : ""))
                .collect(Collectors.joining(" "));
    }
}
