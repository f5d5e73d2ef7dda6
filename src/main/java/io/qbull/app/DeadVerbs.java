package io.qbull.app;

import com.fasterxml.jackson.databind.JsonNode;
import io.qbull.model.DeadLetter;
import io.qbull.model.DeadPlace;
import io.qbull.model.QueueName;
import io.qbull.ops.DeadFilter;
import io.qbull.ops.DeadJson;
import io.qbull.ops.DeadLetterDesk;
import io.qbull.ops.DeadLetterDesk.Deed;
import io.qbull.ops.DeadLetterDesk.Listing;
import io.qbull.ops.DeadLetterDesk.Tally;
import io.qbull.ops.DeadTable;
import io.qbull.ops.QueueJson;
import io.qbull.store.Store;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code qbull dead}: what people do with jobs that were given up. */
@Command(
        name = "dead",
        description = "Lists, shows, retries and drops jobs that were given up.",
        subcommands = {
            DeadVerbs.ListVerb.class,
            DeadVerbs.ShowVerb.class,
            DeadVerbs.RetryVerb.class,
            DeadVerbs.DropVerb.class
        },
        mixinStandardHelpOptions = true,
        versionProvider = Versions.class,
        synopsisSubcommandLabel = "VERB")
final class DeadVerbs {
    private DeadVerbs() {}

    /** Which dead letters, and how to show them. */
    abstract static class DeadVerb implements Callable<Integer> {
        private final Path home;

        @Parameters(index = "0", paramLabel = "QUEUE", description = "The queue.")
        private String queue = "";

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

        @Option(names = "--json", description = "As JSON.")
        private boolean json;

        @Spec
        private CommandSpec spec = CommandSpec.create();

        DeadVerb(Path home) {
            this.home = home;
        }

        @Override
        public Integer call() throws Refusal {
            QueueName name = name();
            DeadFilter filter = filter();
            if (all && !filter.equals(DeadFilter.ALL)) {
                throw new Refusal(ExitCode.USAGE, "--all goes with neither --id, --key, --reason nor --since");
            }
            AppSettings settings = new SettingsReader(System.getenv(), ConfigFile.read(home), home).read();
            try (Store store = Stores.find(settings)) {
                run(new DeadLetterDesk(store.deadLetters()), name, filter);
                return ExitCode.OK.number();
            } finally {
                out().flush();
            }
        }

        abstract void run(DeadLetterDesk desk, QueueName name, DeadFilter filter) throws Refusal;

        boolean all() {
            return all;
        }

        boolean json() {
            return json;
        }

        PrintWriter out() {
            return spec.commandLine().getOut();
        }

        PrintWriter err() {
            return spec.commandLine().getErr();
        }

        /** Without saying which ones, nothing is done. */
        void requireChoice(DeadFilter filter) throws Refusal {
            if (!all && filter.equals(DeadFilter.ALL)) {
                throw new Refusal(ExitCode.USAGE, "Say which ones by --id, --key, --reason or --since, or else --all");
            }
        }

        static Refusal noQueue(QueueName name) {
            return new Refusal(ExitCode.NOT_FOUND, "There is no queue " + name + " in this Redis");
        }

        static Refusal noLetter(QueueName name) {
            return new Refusal(ExitCode.NOT_FOUND, "There is no such dead letter of " + name);
        }

        private QueueName name() throws Refusal {
            try {
                return new QueueName(queue);
            } catch (IllegalArgumentException e) {
                throw new Refusal(ExitCode.USAGE, String.valueOf(e.getMessage()), e);
            }
        }

        private DeadFilter filter() throws Refusal {
            return new DeadFilter(id, key, reason, since == null ? null : since(since));
        }

        private static Instant since(String text) throws Refusal {
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
        void run(DeadLetterDesk desk, QueueName name, DeadFilter filter) throws Refusal {
            if (limit < 1) {
                throw Refusal.setting("--limit", Integer.toString(limit), "must be 1 or more");
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

        private DeadPlace start() throws Refusal {
            try {
                return after == null ? DeadPlace.START : DeadPlace.parse(after);
            } catch (IllegalArgumentException e) {
                throw new Refusal(ExitCode.USAGE, "--after: " + e.getMessage(), e);
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
        void run(DeadLetterDesk desk, QueueName name, DeadFilter filter) throws Refusal {
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

        @Option(names = "--dry-run", description = "Only counts them.")
        private boolean dryRun;

        @Option(names = "--yes", description = "Does not ask when there are many.")
        private boolean yes;

        ChangeVerb(Path home, Deed deed, String verb) {
            super(home);
            this.deed = deed;
            this.verb = verb;
        }

        @Override
        void run(DeadLetterDesk desk, QueueName name, DeadFilter filter) throws Refusal {
            requireChoice(filter);
            Tally counted = sweep(desk, name, filter, Deed.COUNT);
            if (counted.found() == 0 && filter.id() != null) {
                throw noLetter(name);
            }
            if (dryRun) {
                String would = counted.found() + " would be " + (deed == Deed.RETRY ? "retried" : "dropped");
                out().println(json() ? utf8(DeadJson.of(name, Deed.COUNT, counted)) : would);
                return;
            }
            if (counted.found() > 1 && !yes && !confirmed(name, counted.found())) {
                throw new Refusal(ExitCode.FAILED, "Not confirmed, so nothing was done");
            }
            Tally tally = sweep(desk, name, filter, deed);
            out().println(json() ? utf8(DeadJson.of(name, deed, tally)) : DeadTable.sentence(deed, tally));
            Throwable failure = tally.failure();
            if (failure != null) {
                out().flush();
                throw Stores.refusal(failure);
            }
        }

        private static Tally sweep(DeadLetterDesk desk, QueueName name, DeadFilter filter, Deed deed) throws Refusal {
            Tally tally = Stores.finish(desk.sweep(name, filter, deed)).orElseThrow(() -> noQueue(name));
            if (deed == Deed.COUNT && tally.failure() != null) {
                throw Stores.refusal(tally.failure());
            }
            return tally;
        }

        private boolean confirmed(QueueName name, long count) throws Refusal {
            err().print(verb + " " + count + " dead letters of " + name + "? [y/N] ");
            err().flush();
            try {
                // Not closed: standard input belongs to the process.
                BufferedReader in = new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset()));
                String line = in.readLine();
                return line != null && line.strip().matches("(?i)y|yes");
            } catch (IOException e) {
                throw new Refusal(ExitCode.FAILED, "The answer cannot be read: " + e, e);
            }
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

    private static String utf8(JsonNode node) {
        return new String(QueueJson.bytes(node), StandardCharsets.UTF_8);
    }
}
