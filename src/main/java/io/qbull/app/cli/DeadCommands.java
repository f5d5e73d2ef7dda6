package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.app.redis.Stores;
import io.qbull.app.settings.Durations;
import io.qbull.model.DeadLetter;
import io.qbull.model.DeadPlace;
import io.qbull.model.QueueName;
import io.qbull.ops.dead.DeadFilter;
import io.qbull.ops.dead.DeadJson;
import io.qbull.ops.dead.DeadLetterAdmin;
import io.qbull.ops.dead.DeadLetterAdmin.Deed;
import io.qbull.ops.dead.DeadLetterAdmin.Ends;
import io.qbull.ops.dead.DeadLetterAdmin.Listing;
import io.qbull.ops.dead.DeadLetterAdmin.Tally;
import io.qbull.ops.dead.DeadTable;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code qbull dead}: what people do with jobs that were given up. */
@Command(
        name = "dead",
        description = "Lists, shows, retries and drops jobs that were given up.",
        subcommands = {
            DeadCommands.ListVerb.class,
            DeadCommands.ShowVerb.class,
            DeadCommands.RetryVerb.class,
            DeadCommands.DropVerb.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        synopsisSubcommandLabel = "VERB")
public final class DeadCommands {
    private DeadCommands() {}

    /** Which dead letters, and how to show them. */
    abstract static class DeadVerb extends QueueCommand {
        @Option(names = "--id", paramLabel = "ID", description = "Jobs with this id, or the letter at this place.")
        private @Nullable String id;

        @Option(names = "--key", paramLabel = "KEY", description = "Jobs of this key.")
        private @Nullable String key;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Those whose reason contains this.")
        private @Nullable String reason;

        @Option(
                names = "--since",
                paramLabel = "WHEN",
                description = "Those given up since then: 2026-11-24T08:00:00Z, or 30m, 2h ago.")
        private @Nullable String since;

        @Option(names = "--all", description = "All of them.")
        private boolean all;

        DeadVerb(Path home) {
            super(home);
        }

        @Override
        Work work() throws CliException {
            DeadFilter filter = filter();
            if (all && !filter.equals(DeadFilter.ALL)) {
                throw new CliException(ExitCode.USAGE, "--all goes with neither --id, --key, --reason nor --since");
            }
            return (store, name) -> run(new DeadLetterAdmin(store.deadLetters()), name, filter);
        }

        abstract void run(DeadLetterAdmin desk, QueueName name, DeadFilter filter) throws CliException;

        boolean all() {
            return all;
        }

        /** Without saying which ones, nothing is done. */
        void requireChoice(DeadFilter filter) throws CliException {
            if (!all && filter.equals(DeadFilter.ALL)) {
                throw new CliException(
                        ExitCode.USAGE, "Say which ones by --id, --key, --reason or --since, or else --all");
            }
        }

        static CliException noLetter(QueueName name) {
            return new CliException(ExitCode.NOT_FOUND, "There is no such dead letter of " + name);
        }

        private DeadFilter filter() throws CliException {
            return new DeadFilter(id, key, reason, since == null ? null : since(since));
        }

        private static Instant since(String text) throws CliException {
            try {
                return Instant.parse(text);
            } catch (DateTimeParseException e) {
                return Instant.now().minus(Durations.read("--since", text));
            }
        }
    }

    @Command(
            name = "list",
            description = "Lists dead letters, partition by partition, the oldest first.",
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    static final class ListVerb extends DeadVerb {
        private static final int PAGE = 1000;

        @Option(names = "--limit", paramLabel = "N", description = "At most so many (default: 100).")
        private int limit = 100;

        @Option(names = "--after", paramLabel = "PLACE", description = "Only those after this place.")
        private @Nullable String after;

        ListVerb(Path home) {
            super(home);
        }

        @Override
        void run(DeadLetterAdmin desk, QueueName name, DeadFilter filter) throws CliException {
            if (limit < 1) {
                throw CliException.setting("--limit", Integer.toString(limit), "must be 1 or more");
            }
            int left = all() ? Integer.MAX_VALUE : limit;
            DeadPlace next = start();
            String separator = "";
            boolean none = true;
            out().print(json() ? "{\"queue\":\"" + name + "\",\"dead\":[" : "");
            while (next != null && left > 0) {
                Listing page = Stores.await(desk.list(name, filter, next, Math.min(left, PAGE), 0))
                        .orElseThrow(() -> noQueue(name));
                for (DeadLetter letter : page.letters()) {
                    out().print(
                                    json()
                                            ? separator + utf8(DeadJson.of(letter))
                                            : (none ? DeadTable.head() : "") + DeadTable.row(letter));
                    separator = ",";
                    none = false;
                }
                left -= page.letters().size();
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

        private DeadPlace start() throws CliException {
            try {
                return after == null ? DeadPlace.START : DeadPlace.parse(after);
            } catch (IllegalArgumentException e) {
                throw new CliException(ExitCode.USAGE, "--after: " + e.getMessage(), e);
            }
        }
    }

    @Command(
            name = "show",
            description = "Shows dead letters with their headers and bodies.",
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    static final class ShowVerb extends DeadVerb {
        /** Whole bodies of so many are in memory at a time. */
        private static final int PAGE = 10;

        ShowVerb(Path home) {
            super(home);
        }

        @Override
        void run(DeadLetterAdmin desk, QueueName name, DeadFilter filter) throws CliException {
            requireChoice(filter);
            DeadPlace next = DeadPlace.START;
            String separator = "";
            while (next != null) {
                Listing page = Stores.await(desk.list(name, filter, next, PAGE, Integer.MAX_VALUE))
                        .orElseThrow(() -> noQueue(name));
                for (DeadLetter letter : page.letters()) {
                    if (json()) {
                        out().print(separator.isEmpty() ? "{\"queue\":\"" + name + "\",\"dead\":[" : ",");
                        out().print(utf8(DeadJson.whole(letter)));
                    } else {
                        out().print(separator + DeadTable.whole(letter));
                    }
                    separator = System.lineSeparator();
                }
                next = page.next();
            }
            if (separator.isEmpty()) {
                throw noLetter(name);
            }
            out().print(json() ? "]}" + System.lineSeparator() : "");
        }
    }

    /** A verb that changes something. */
    abstract static class ChangeVerb extends DeadVerb {
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
        void run(DeadLetterAdmin desk, QueueName name, DeadFilter filter) throws CliException {
            requireChoice(filter);
            Ends ends = Stores.await(desk.ends(name)).orElseThrow(() -> noQueue(name));
            Tally counted = sweep(desk, name, filter, Deed.COUNT, ends);
            if (counted.found() == 0 && filter.id() != null) {
                throw noLetter(name);
            }
            if (caution.dryRun()) {
                String would = counted.found() + " would be " + (deed == Deed.RETRY ? "retried" : "dropped");
                out().println(json() ? utf8(DeadJson.of(name, Deed.COUNT, counted)) : would);
                return;
            }
            caution.confirm(err(), verb + " " + counted.found() + " dead letters of " + name, counted.found());
            // What is buried while the question waits for its answer was not asked about.
            Tally tally = sweep(desk, name, filter, deed, ends);
            out().println(json() ? utf8(DeadJson.of(name, deed, tally)) : DeadTable.sentence(deed, tally));
            Throwable failure = tally.failure();
            if (failure != null) {
                out().flush();
                throw Stores.refusal(failure);
            }
        }

        private static Tally sweep(DeadLetterAdmin desk, QueueName name, DeadFilter filter, Deed deed, Ends ends)
                throws CliException {
            Tally tally = Stores.finish(desk.sweep(name, filter, deed, ends)).orElseThrow(() -> noQueue(name));
            if (deed == Deed.COUNT && tally.failure() != null) {
                throw Stores.refusal(tally.failure());
            }
            return tally;
        }
    }

    @Command(
            name = "retry",
            description = {
                "Puts dead letters back at the end of their partition's stream, with their attempts counted anew.",
                "Those that fail again meanwhile are not retried again."
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
            description = "Removes dead letters for good; jobs with their ids are taken again.",
            mixinStandardHelpOptions = true,
            versionProvider = Versions.class)
    static final class DropVerb extends ChangeVerb {
        DropVerb(Path home) {
            super(home, Deed.DROP, "Drop");
        }
    }
}
