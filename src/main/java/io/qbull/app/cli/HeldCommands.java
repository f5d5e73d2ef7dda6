package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.Stores;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import io.qbull.ops.dead.DeadLetterAdmin.Deed;
import io.qbull.ops.held.HeldJson;
import io.qbull.ops.held.HeldKeyAdmin;
import io.qbull.ops.held.HeldKeyAdmin.Listing;
import io.qbull.ops.held.HeldKeyAdmin.Tally;
import io.qbull.ops.held.HeldKeyAdmin.Times;
import io.qbull.ops.held.HeldPlace;
import io.qbull.ops.held.HeldTable;
import io.qbull.store.HeldKeyTable.HeldKey;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code qbull held}: what people do with keys whose jobs wait behind a failed one. */
@Command(
        name = "held",
        description = "Lists keys whose jobs wait behind a failed one, and retries or drops that one.",
        subcommands = {HeldCommands.ListVerb.class, HeldCommands.RetryVerb.class, HeldCommands.DropVerb.class},
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        synopsisSubcommandLabel = "VERB")
public final class HeldCommands {
    private HeldCommands() {}

    /** Which keys. */
    abstract static class HeldVerb extends QueueCommand {
        @Option(names = "--key", paramLabel = "KEY", description = "Only this key.")
        private @Nullable String key;

        @Option(names = "--all", description = "All of them.")
        private boolean all;

        HeldVerb(Path home) {
            super(home);
        }

        @Override
        Work work() throws CliException {
            if (all && key != null) {
                throw new CliException(ExitCode.USAGE, "--all does not go with --key");
            }
            check();
            return (store, name) -> run(Stores.heldDesk(store), name, key);
        }

        abstract void check() throws CliException;

        abstract void run(HeldKeyAdmin desk, QueueName name, @Nullable String only) throws CliException;

        /** Whether it was said which ones. */
        boolean chosen() {
            return all || key != null;
        }

        boolean all() {
            return all;
        }
    }

    @Command(
            name = "list",
            description = "Lists held keys with the first job of each, partition by partition.",
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    static final class ListVerb extends HeldVerb {
        private static final int PAGE = 1000;

        @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: 100).")
        private int limit = 100;

        @Option(names = "--after", paramLabel = "PLACE", description = "Only those after this place.")
        private @Nullable String after;

        private HeldPlace start = HeldPlace.START;

        ListVerb(Path home) {
            super(home);
        }

        @Override
        void check() throws CliException {
            if (limit < 1) {
                throw CliException.setting("--limit", Integer.toString(limit), "must be 1 or more");
            }
            try {
                start = after == null ? HeldPlace.START : HeldPlace.parse(after);
            } catch (IllegalArgumentException e) {
                throw new CliException(ExitCode.USAGE, "--after: " + e.getMessage(), e);
            }
        }

        @Override
        void run(HeldKeyAdmin desk, QueueName name, @Nullable String only) throws CliException {
            int left = all() ? Integer.MAX_VALUE : limit;
            HeldPlace next = start;
            boolean none = true;
            out().print(json() ? "{\"queue\":\"" + name + "\",\"held\":[" : "");
            while (next != null && left > 0) {
                Listing page = Stores.await(desk.list(name, only, next, Math.min(left, PAGE)))
                        .orElseThrow(() -> noQueue(name));
                for (HeldKey key : page.keys()) {
                    if (json()) {
                        out().print((none ? "" : ",") + utf8(HeldJson.of(key)));
                    } else {
                        out().print((none ? HeldTable.head() : "") + HeldTable.row(key));
                    }
                    none = false;
                }
                left -= page.keys().size();
                next = page.next();
            }
            if (json()) {
                out().println("],\"next\":" + (next == null ? "null" : "\"" + next + "\"") + "}");
            } else if (none) {
                out().println("There are none.");
            } else if (next != null) {
                out().println("There may be more: --after " + next + ", or --all");
            }
        }
    }

    /** A verb that changes something. */
    abstract static class ChangeVerb extends HeldVerb {
        private final Deed deed;
        private final String verb;

        @Mixin
        private Confirmation caution = new Confirmation();

        ChangeVerb(Path home, Deed deed, String verb) {
            super(home);
            this.deed = deed;
            this.verb = verb;
        }

        @Override
        void check() throws CliException {
            if (!chosen()) {
                throw new CliException(ExitCode.USAGE, "Say which one by --key, or else --all");
            }
        }

        @Override
        void run(HeldKeyAdmin desk, QueueName name, @Nullable String only) throws CliException {
            Times times = Stores.await(desk.now(name)).orElseThrow(() -> noQueue(name));
            Tally counted = ask(desk, name, only, Deed.COUNT, times);
            if (counted.found() == 0 && only != null) {
                throw new CliException(
                        ExitCode.NOT_FOUND,
                        "The key " + Printable.of(only) + " of " + name + " has no failed job that waits");
            }
            if (caution.dryRun()) {
                String would = counted.found() + " would be " + (deed == Deed.RETRY ? "retried" : "dropped");
                out().println(json() ? utf8(HeldJson.of(name, Deed.COUNT, counted)) : would);
                return;
            }
            caution.confirm(err(), verb + " the first job of " + counted.found() + " keys of " + name, counted.found());
            // What fails while the question waits for its answer was not asked about.
            Tally tally = ask(desk, name, only, deed, times);
            out().println(json() ? utf8(HeldJson.of(name, deed, tally)) : HeldTable.sentence(deed, tally));
            Throwable failure = tally.failure();
            if (failure != null) {
                out().flush();
                throw Stores.refusal(failure);
            }
        }

        private static Tally ask(HeldKeyAdmin desk, QueueName name, @Nullable String only, Deed deed, Times times)
                throws CliException {
            Tally tally = Stores.finish(desk.ask(name, only, deed, times)).orElseThrow(() -> noQueue(name));
            if (deed == Deed.COUNT && tally.failure() != null) {
                throw Stores.refusal(tally.failure());
            }
            return tally;
        }
    }

    @Command(
            name = "retry",
            description = {
                "Runs the failed first job of a key now, with its attempts counted anew; the others follow in their order.",
                "The owner of the partition does it: waits up to ten seconds for that."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    static final class RetryVerb extends ChangeVerb {
        RetryVerb(Path home) {
            super(home, Deed.RETRY, "Retry");
        }
    }

    @Command(
            name = "drop",
            description = {
                "Deletes the failed first job of a key for good, that one only; the key goes on with the next.",
                "The owner of the partition does it: waits up to ten seconds for that."
            },
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    static final class DropVerb extends ChangeVerb {
        DropVerb(Path home) {
            super(home, Deed.DROP, "Drop");
        }
    }
}
