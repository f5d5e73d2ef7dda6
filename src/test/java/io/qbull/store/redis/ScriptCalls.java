package io.qbull.store.redis;

import static io.qbull.store.redis.Seed.EPOCH;

import io.qbull.store.redis.schema.Script;
import io.qbull.testing.Resp;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * A call of each script that changes or reads all that the script can, in a partition that has jobs of every kind: in the stream, failed
 * before, held, delayed and dead, and a request to its owner. Each call is repeatable on freshly written data.
 */
final class ScriptCalls {
    private static final String LONG = "600000";
    private static final String FAR = "9000000000000";
    private static final String FIRST = place(11);
    private static final String ALONE = place(15);
    private static final String SEGMENT = "staged:2:7";

    /** What is stored of the first delayed job. */
    private static final byte[] DELAYED_JOB =
            "\u0092\u00a1e\u0098\u00a2id\u00a1e\u00a3key\u00a1k\u00a2ts\u00a11\u00a4body\u00a1b"
                    .getBytes(StandardCharsets.ISO_8859_1);

    private final Resp resp;

    /**
     * @param name tells it from other calls of the script
     * @param script the script
     * @param keys its keys
     * @param args its arguments
     * @param before changes the data first
     */
    record Call(String name, Script script, List<String> keys, List<String> args, Runnable before) {
        /** Runs it on any connection. */
        void run(Resp resp) {
            List<String> command = new ArrayList<>(List.of("EVAL", script.source(), Integer.toString(keys.size())));
            command.addAll(keys);
            command.addAll(args);
            resp.call(command.toArray(String[]::new));
        }
    }

    /**
     * @param resp a connection that may do everything
     */
    ScriptCalls(Resp resp) {
        this.resp = resp;
    }

    /** Writes the data that the calls of {@link #of} expect, into an empty server. */
    void seed() {
        new Seed(resp).held(Seed.ME, Long.parseLong(LONG));
        resp.call("HSET", Seed.LEASE, "wanted", "other#1");
        resp.call("SET", Seed.SEAL, "1 open");
        resp.call("SET", "{Q:3}:started", "1");
        for (int id = 11; id <= 15; id++) {
            resp.call("XADD", Seed.STREAM, id + "-1", "id", "j" + id, "key", "k", "ts", FAR, "body", "b");
        }
        owner("fail", keys("held*"), "3", "11-1", "", "k", "1", "1", "1", "1000", "no")
                .run(resp);
        owner("fail", keys("held*"), "3", "15-1", "", "l", "1", "1", "1", "1000", "no")
                .run(resp);
        owner("park", keys("held*"), "3", "", "12-1", "k").run(resp);
        owner("suspect", keys(Seed.STREAM, "held:jobs", "attempts"), "13-1", "", "k", "1", "0", "1")
                .run(resp);
        delayed("1-0000000000", "e", "k");
        delayed("1-0000000001", "e", "other");
        delayed(FAR + "-0000000000", "f", "k");
        for (String noted : List.of("e\0001-0000000000", "e\0001-0000000001", "f\0" + FAR + "-0000000000")) {
            resp.call("ZADD", key("delayed:ids"), "0", noted);
        }
        resp.call("XADD", key("inbox"), "1-1", "verb", "retry", "key", "k", "place", FIRST);
        letter("1-1", "x");
        letter("2-1", "y");
        resp.call("ZADD", Seed.SEEN, FAR, "x", FAR, "e");
        resp.call("PEXPIRE", Seed.SEEN, LONG);
        resp.call("HSET", "{Q}:layout", "next_version", "1", "next_partitions", "4", "key_hash", "xxh64");
        pod("silent", 1);
        pod("ahead", Long.parseLong(FAR));
        resp.call("HSET", "{Q}:windows", "k", "state");
    }

    private void delayed(String member, String id, String key) {
        resp.call("ZADD", Seed.DELAYED, member.substring(0, member.indexOf('-')), member);
        String pack =
                "redis.call('HSET', KEYS[1], ARGV[1], cmsgpack.pack({ARGV[2], {'id', ARGV[2], 'key', ARGV[3], 'ts',"
                        + " '1', 'body', 'b'}}))";
        resp.call("EVAL", pack, "1", key("delayed:jobs"), member, id, key);
    }

    private void letter(String place, String id) {
        resp.call(("XADD " + Seed.DEAD + " " + place + " id " + id
                        + " key k ts 1 body b reason no exception no attempts 1" + " failed_at 1 epoch 1")
                .split(" ", -1));
    }

    /** A job that was held when it moved here. */
    private void bringHeld() {
        resp.call("HSET", key("staged"), "2:7", "1 1");
        resp.call(
                "XADD",
                key(SEGMENT),
                "1-1",
                "id",
                "came",
                "key",
                "came",
                "body",
                "b",
                "@at",
                "1:1:1 0 0 1",
                "@k",
                "h",
                "@place",
                place(1).replaceAll("3$", "7"),
                "@held",
                "5 1 5 no");
    }

    private void pod(String name, long seen) {
        String json = "{\"partitions\":[],\"capacity\":1,\"started\":1,\"seen\":" + seen + ",\"ttl\":1}";
        resp.call("HSET", "{Q}:pods", name, json);
    }

    /** The calls of a script; together they send every command that it can send. */
    List<Call> of(Script script) {
        return switch (script) {
            case ACQUIRE -> List.of(call(script, List.of("{Q:4}:lease"), "me#2", "1000", "1"));
            case RENEW -> List.of(call(script, lease(), "1000", "me#1", EPOCH, "5", "1", "other#1", "{}", "9"));
            case RELEASE -> List.of(call(script, lease(), "me#1", EPOCH, "0", "channel", "3"));
            case HANDOVER -> List.of(call(script, lease(), "me#1", EPOCH, "other#1", "1000", "0", "channel", "3"));
            case WANT -> List.of(call(script, lease(), "other#1", "channel", "3"));
            case PEEK -> List.of(after(() -> resp.call("HSET", Seed.LEASE, "ttl", "1000"), call(script, lease())));
            case FETCH -> {
                List<String> keys =
                        keys(Seed.STREAM, "attempts", "inbox", "delayed", "seal", "started", "moved", "staged");
                List<String> whole = new ArrayList<>(keys);
                whole.add(key(SEGMENT));
                yield List.of(
                        owner("fetch", keys, "0-0", "9", "9999", "0-0"),
                        after(this::bringHeld, owner("fetch", keys, "0-0", "9", "9999", "0-0")),
                        after(this::bringHeld, owner("fetch", whole, "0-0", "9", "9999", "0-0", "2:7", "0-0")));
            }
            case UNPACK ->
                List.of(after(
                        this::bringHeld,
                        owner("unpack", keys(key(SEGMENT), "held", "held:jobs", "attempts"), "2:7/1-1", "came")));
            case TIDY ->
                List.of(after(
                        () -> resp.call("HSET", key("staged"), "1:7", ""),
                        owner("tidy", keys("started", "staged", "staged:1:7"), "1:7")));
            case COMMIT -> List.of(owner("commit", keys(Seed.STREAM, "attempts"), "13-1", "14-1"));
            case BURY ->
                List.of(
                        owner("bury", keys("held*", "dead"), "13-1", "", "k", "no", "", "1"),
                        owner("bury", keys("held*", "dead"), "11-1", FIRST, "k", "no", "", "1"));
            case FAIL ->
                List.of(
                        owner("fail", keys("held*"), "3", "13-1", "", "m", "1", "1", "5", "1000", "no"),
                        owner("fail", keys("held*"), "3", "11-1", FIRST, "k", "2", "2", "5", "-1", "no"));
            case PARK ->
                List.of(
                        owner("park", keys("held*"), "3", "99999999", "13-1", "k", "14-1", "other"),
                        owner("park", keys("held*"), "3", "", "13-1", "k", "14-1", "other"),
                        after(this::addBundled, owner("park", keys("held*"), bundled())));
            case ADVANCE ->
                List.of(
                        owner("advance", keys("held", "held:jobs", "attempts"), "k", FIRST),
                        owner("advance", keys("held", "held:jobs", "attempts"), "l", ALONE),
                        after(this::bundle, owner("advance", keys("held", "held:jobs", "attempts"), "b", "")));
            case HELD -> List.of(owner("held", keys("held", "held:jobs", "delayed", "delayed:jobs"), "check"));
            case MEND -> mendings();
            case TIE -> ties();
            case SUSPECT ->
                List.of(
                        owner("suspect", keys(Seed.STREAM, "held:jobs", "attempts"), "14-1", "", "k", "1", "0", "5"),
                        owner(
                                "suspect",
                                keys(Seed.STREAM, "held:jobs", "attempts"),
                                "11-1",
                                FIRST,
                                "k",
                                "1",
                                "0",
                                "5"));
            case ATTEND ->
                List.of(
                        owner("attend", keys("inbox", "held*-"), "1-1", "retry", "k", FIRST),
                        owner("attend", keys("inbox", "held*-"), "1-1", "drop", "k", ""),
                        after(this::bundle, owner("attend", keys("inbox", "held*-"), "1-1", "drop", "b", place(21))));
            case PROMOTE ->
                List.of(owner(
                        "promote",
                        keys(Seed.STREAM, "delayed", "delayed:jobs", "delayed:ids", "seal", "started"),
                        "9",
                        "9999"));
            case HEADS -> List.of(after(this::bundle, call(script, keys("held:jobs"), "", "", "9", "9999")));
            case ASK -> List.of(call(script, keys("inbox", "held:jobs"), "drop", "k", FIRST, "k", "none"));
            case ENQUEUE -> enqueues();
            case CANCEL -> List.of(call(script, cancelled(), "e", "k", "1"), call(script, cancelled(), "f", "k", "1"));
            case LETTERS -> List.of(call(script, keys("dead"), "0-0", "+", "9", "9999", "9"));
            case DELAYS ->
                List.of(
                        call(script, keys("delayed", "delayed:jobs", "delayed:ids"), "", "0", "9"),
                        call(script, keys("delayed", "delayed:jobs", "delayed:ids"), "e", "0", "9"));
            case LINE ->
                List.of(
                        after(this::bundle, call(script, keys("held:jobs"), "", "0", "9", "9999")),
                        call(script, keys("held:jobs"), sha1("k"), "0", "9", "9999"));
            case REQUEUE -> List.of(call(script, keys("dead", Seed.STREAM, "seal"), "1", "1-1", "2-1"));
            case DEPART -> List.of(call(script, keys("letters"), "3", "2"));
            case FORWARD ->
                List.of(
                        call(script, keys("seal", "dead", "letters"), "1", "0", "5-1", "2", "reason", "no"),
                        after(
                                () -> resp.call("HSET", key("letters"), "0", "1 5-1"),
                                call(script, keys("seal", "dead", "letters"), "1", "0", "5-2", "2", "reason", "no")));
            case CHANGES -> List.of(call(script, List.of("{Q}:layout", "{R}:layout")));
            case KNOWN -> List.of(call(script, List.of(Seed.SEEN), "x", "y"));
            case DISCARD -> List.of(call(script, keys("dead", "seen"), "1-1", "x", "2-1", ""));
            case NOTE -> List.of(call(script, List.of("{Q}:met:s"), "600000", "3"));
            case REGISTER ->
                List.of(call(script, List.of("{Q}:pods"), "me", "\"capacity\":1", "3", "1000", "process", ""));
            case PRUNE -> List.of(call(script, List.of("{Q}:pods"), "1000", "silent", "ahead"));
            case INTENT -> List.of(call(script, List.of("{R}:layout"), "1", "4", "xxh64", "1"));
            case RESTORE ->
                List.of(call(
                        script, List.of("{R}:layout"), "2", "4", "", "version", "2", "partitions", "4", "v1", "3 1 2"));
            case OPEN ->
                List.of(
                        call(script, open("4"), "1", "", "1"),
                        call(script, open("4"), "2", "2 4 5", "1"),
                        after(() -> resp.call("SET", Seed.SEAL, "2 closed"), call(script, open("3"), "2", "", "1")));
            case CURRENT ->
                List.of(
                        call(script, List.of("{Q}:layout"), "1", "4", "0"),
                        after(() -> layout("2"), call(script, List.of("{Q}:layout"), "2", "4", FAR)));
            case INTEND -> List.of(after(() -> layout(""), call(script, List.of("{Q}:layout"), "1", "3", "4")));
            case SEAL ->
                List.of(
                        call(script, List.of(Seed.LEASE, Seed.STREAM, Seed.SEAL), "2", "2 4 5"),
                        call(script, List.of("{Q:4}:lease", "Q:4", "{Q:4}:seal"), "2", "2 4 5"));
            case START ->
                List.of(after(
                        () -> resp.call("SET", Seed.SEAL, "2 open"),
                        call(script, List.of(Seed.LEASE, Seed.SEAL, key("started"), Seed.INBOX), "2")));
            case PASS ->
                List.of(call(script, List.of(Seed.LEASE, Seed.INBOX), "2:7", "retry", "k", "p", "drop", "k", "q"));
            case CLAIM ->
                List.of(
                        call(script, List.of(Seed.LEASE, Seed.SEAL, key("rerouted")), "7", "5", "1"),
                        after(
                                () -> resp.call("HSET", key("rerouted"), "7", "4 2 5-1 5-2"),
                                call(script, List.of(Seed.LEASE, Seed.SEAL, key("rerouted")), "7", "5", "0")));
            case REROUTE -> {
                List<String> keys = List.of(Seed.LEASE, Seed.SEAL, Seed.STREAM, key("rerouted"));
                yield List.of(
                        call(script, keys, "1", "7", "5", "1", "5-1", "2", "job", "{}", "5-2", "2", "job", "{}"),
                        after(
                                () -> resp.call("HSET", key("rerouted"), "7", "5 2 5-1"),
                                call(script, keys, "1", "7", "5", "3", "5-2", "2", "job", "{}")));
            }
            case RETIRE ->
                List.of(after(
                        () -> {
                            resp.call("SET", "{Q:9}:seal", "2 closed");
                            resp.call("SET", "{Q:9}:moved", "2");
                        },
                        call(
                                script,
                                List.of(
                                        "{Q:9}:lease",
                                        "{Q:9}:seal",
                                        "{Q:9}:started",
                                        "{Q:9}:moved",
                                        "Q:9",
                                        "{Q:9}:inbox",
                                        "{Q:9}:held:jobs",
                                        "{Q:9}:delayed",
                                        "{Q:9}:staged",
                                        "{Q:9}:dead",
                                        "{Q:9}:seen",
                                        "{Q:9}:letters",
                                        "{Q:9}:attempts",
                                        "{Q:9}:rerouted"),
                                "2",
                                "60000")));
            case PAGE ->
                List.of(
                        after(
                                this::seal,
                                owner("page", moving(Seed.STREAM, "attempts"), "2", "", "0-0", "9", "99", "13-1")),
                        after(
                                this::stage,
                                owner(
                                        "page",
                                        moving("staged:1:0", "attempts"),
                                        "2",
                                        "1:0/",
                                        "0-0",
                                        "9",
                                        "99",
                                        "1-1",
                                        "9-9")));
            case PAGE_HELD -> heldPages();
            case PAGE_DELAYED ->
                List.of(after(
                        this::seal,
                        owner(
                                "page_delayed",
                                moving("delayed", "delayed:jobs", "delayed:ids"),
                                "2",
                                "1-0000000000",
                                "9",
                                "9999",
                                "1-0000000000 " + HexFormat.of().formatHex(Script.sha1(DELAYED_JOB)),
                                "1-0000000009 " + sha1("none"))));
            case COPY ->
                List.of(
                        call(script, copied(), "2", "2:0", "7 a", "2", "key", "k", "7 b", "2", "key", "l"),
                        after(this::stage, call(script, copied(), "2", "2:0", "7 a", "2", "key", "k")));
            case COPY_DELAYED ->
                List.of(call(
                        script,
                        keys("lease", "started", "staged", "delayed", "delayed:jobs", "delayed:ids", "inbox"),
                        "2",
                        "2:0",
                        "0 a",
                        "1",
                        "x",
                        "packed",
                        "0 b",
                        "0",
                        "y",
                        "packed"));
            case MOVED ->
                List.of(
                        after(this::seal, owner("moved", moving("started"), "2", "0")),
                        after(this::seal, owner("moved", moving("started"), "2", "1")));
            case STATES ->
                List.of(call(script, keys("seal", "started", "moved", Seed.STREAM, "staged", "held:jobs", "delayed")));
            case PAUSES -> List.of(after(this::paused, call(script, List.of("{Q}:layout"))));
            case PAUSE ->
                List.of(after(
                        this::paused,
                        call(script, List.of("{Q}:layout"), "paused:p:3", "1000", "", "{}", "9", "channel", "pauses")));
            case RESUME ->
                List.of(after(
                        this::paused,
                        call(script, List.of("{Q}:layout"), "channel", "pauses", "paused", "paused:p:1")));
            case DELETING ->
                List.of(
                        after(this::drained, call(script, List.of("{Q}:layout"), "1")),
                        after(this::drained, call(script, List.of("{Q}:layout"), "0")));
            case WIPE ->
                List.of(after(
                        () -> resp.call("HSET", Seed.LEASE, "expires", "0"),
                        call(script, keys("lease", Seed.STREAM, "held:jobs", "delayed", "dead", "staged"), "1", "0")));
            case DELETED ->
                List.of(after(
                        () -> resp.call("HSET", "{Q}:layout", "deleting", "1"),
                        call(script, List.of("{Q}:layout", "{Q}:pods", "{Q}:sources", "{Q}:windows", "{Q}:closed"))));
            case PUT_WINDOW -> List.of(call(script, List.of("{Q}:windows"), "k", sha1("state"), "next"));
            case CLOSE_WINDOW ->
                List.of(call(script, List.of("{Q}:windows", "{Q}:closed"), "k", sha1("state"), "1", "last"));
            case QUEUED -> List.of(call(script, keys(Seed.STREAM, "held"), "none", "99-1"));
        };
    }

    private void drained() {
        resp.call("HSET", "{Q}:layout", "partitions", "4", "paused:new", "1 0 {}");
    }

    private void paused() {
        resp.call("HSET", "{Q}:layout", "version", "1", "partitions", "4", "paused", "1 0 {}", "paused:k:k", "1 2 {}");
    }

    private List<Call> heldPages() {
        List<String> keys = moving("held", "held:jobs", "attempts");
        return List.of(
                after(this::seal, owner("page_held", keys, "2", "", "9", "9999", FIRST, "k", ALONE, "l")),
                after(
                        () -> {
                            seal();
                            bundle();
                        },
                        owner("page_held", keys, "2", sha1("k") + FIRST, "9", "9999", place(21), "b")));
    }

    private static List<String> cancelled() {
        return keys("delayed", "delayed:jobs", "delayed:ids", "seen", "seal", "started");
    }

    /** The keys of a script that moves jobs away, without the lease. */
    private static List<String> moving(String... names) {
        List<String> keys = new ArrayList<>(keys("seal", "moved"));
        keys.addAll(keys(names));
        return keys;
    }

    private static List<String> copied() {
        return keys("lease", "started", "staged", "staged:2:0", "inbox");
    }

    private void seal() {
        resp.call("SET", Seed.SEAL, "2 closed");
    }

    /** Jobs that came by resizes. */
    private void stage() {
        seal();
        resp.call("HSET", key("staged"), "1:0", "7 a", "2:0", "6 a");
        resp.call("XADD", key("staged:1:0"), "1-1", "key", "k");
        resp.call("XADD", key("staged:1:0"), "2-1", "key", "k");
        resp.call("XADD", key("staged:2:0"), "1-1", "key", "k");
        resp.call("HSET", Seed.ATTEMPTS, "1:0/1-1", "1 0 0 1", "1:0/2-1", "2 0 0 2");
    }

    private static List<String> open(String partition) {
        String tag = "{Q:" + partition + "}:";
        return List.of(tag + "lease", tag + "seal", tag + "started", "Q:" + partition);
    }

    /** A queue of three partitions; of four in the next version, if one is given. */
    private void layout(String next) {
        resp.call("DEL", "{Q}:layout");
        resp.call("HSET", "{Q}:layout", "version", "1", "partitions", "3", "key_hash", "xxh64");
        if (!next.isEmpty()) {
            resp.call("HSET", "{Q}:layout", "next_version", next, "next_partitions", "4");
        }
    }

    private List<Call> mendings() {
        List<String> keys = keys("held:jobs", "attempts", "delayed", "delayed:jobs", "held");
        return List.of(
                after(() -> resp.call("ZREM", Seed.DELAYED, "1-0000000000"), owner("mend", keys, "0")),
                after(() -> resp.call("ZADD", Seed.DELAYED, "1", "1-0000000009"), owner("mend", keys, "2 0")),
                after(
                        () -> resp.call("ZADD", Seed.HELD_JOBS, "0", line("k", 99) + "unreadable"),
                        owner("mend", keys, "3 0")),
                after(() -> resp.call("HSET", Seed.HELD, "gone", "5 1 5 no"), owner("mend", keys, "4 0")),
                after(() -> resp.call("DEL", Seed.HELD_JOBS), owner("mend", keys, "5 0")));
    }

    private List<Call> ties() {
        List<String> keys = keys("held", "held:jobs", "attempts", "dead");
        return List.of(
                after(
                        () -> resp.call("DEL", Seed.HELD),
                        owner("tie", keys, line("k", 11), "k", line("k", 12), "k", line("l", 15), "")),
                after(() -> resp.call("HDEL", Seed.HELD, "l"), owner("tie", keys, line("l", 15), "")),
                owner("tie", keys, line("k", 11), "", line("l", 15), "k"),
                after(
                        () -> {
                            bundle();
                            resp.call("HDEL", Seed.HELD, "b");
                        },
                        owner("tie", keys, "b" + line("b", 21).substring(1), "")));
    }

    /** Adds jobs of one key to the stream, as many as a bundle holds. */
    private void addBundled() {
        for (int id = 21; id <= 28; id++) {
            resp.call("XADD", Seed.STREAM, id + "-1", "id", "j" + id, "key", "b", "ts", FAR, "body", "b");
        }
    }

    /** Parks them. */
    private void bundle() {
        addBundled();
        owner("park", keys("held*"), bundled()).run(resp);
    }

    private static String[] bundled() {
        List<String> args = new ArrayList<>(List.of("3", ""));
        for (int id = 21; id <= 28; id++) {
            args.addAll(List.of(id + "-1", "b"));
        }
        return args.toArray(String[]::new);
    }

    private List<Call> enqueues() {
        return List.of(
                enqueue("", "", LONG + "//a", LONG + "//x", "0//b"),
                enqueue("", "", LONG + "//a", LONG + "/+50/c", "0/+50/d", LONG + "/+90/e", "0//b"),
                enqueue("0", "", "0//a", "0//b"),
                enqueue("5000", "", "0//a", LONG + "/+50/c", "0//b"),
                after(this::progress, enqueue("5000", "", "0//a", "0//b")),
                after(() -> resp.call("DEL", Seed.SEEN), enqueue("", "9", LONG + "//a")),
                enqueue("", "1", "0//a"),
                after(() -> resp.call("SET", Seed.SEAL, "2 open"), enqueue("", "", "0//a")));
    }

    private void progress() {
        resp.call("HSET", source(), "1", "9");
        resp.call("PEXPIRE", source(), LONG);
    }

    private Call enqueue(String lifetime, String most, String... jobs) {
        List<String> args = new ArrayList<>(List.of("1", "1", "3600", lifetime, most.isEmpty() ? "0" : most));
        for (int i = 0; i < jobs.length; i++) {
            String[] job = jobs[i].split("/", -1);
            args.addAll(
                    List.of(lifetime.isEmpty() ? "" : Integer.toString(i), job[0], job[1], job[2], "k", "b", "", ""));
        }
        return call(
                Script.ENQUEUE,
                keys(
                        Seed.STREAM,
                        "call:p#1",
                        "seal",
                        "seen",
                        source(),
                        "delayed",
                        "delayed:jobs",
                        "delayed:ids",
                        "inbox"),
                args.toArray(String[]::new));
    }

    private static Call call(Script script, List<String> keys, String... args) {
        return new Call(script + " " + String.join(" ", args), script, keys, List.of(args), () -> {});
    }

    /** As the owner: the lease is the first key. */
    private static Call owner(String script, List<String> keys, String... args) {
        List<String> all = new ArrayList<>(lease());
        all.addAll(keys);
        List<String> whole = new ArrayList<>(List.of("me#1", EPOCH));
        whole.addAll(List.of(args));
        return call(Script.valueOf(script.toUpperCase(Locale.ROOT)), all, whole.toArray(String[]::new));
    }

    private static Call after(Runnable before, Call call) {
        return new Call(call.name, call.script, call.keys, call.args, before);
    }

    private static List<String> lease() {
        return List.of(Seed.LEASE);
    }

    private static String source() {
        return "{Q:3}:source:s";
    }

    /** Keys of the partition by the ends of their names; {@code held*} stands for those between which jobs move when they fail. */
    private static List<String> keys(String... names) {
        List<String> keys = new ArrayList<>();
        for (String name : names) {
            switch (name) {
                case "held*" -> {
                    keys.add(Seed.STREAM);
                    keys.addAll(keys("held", "held:jobs", "attempts"));
                    keys.addAll(names.length == 1 ? keys("started") : List.of());
                }
                case "held*-" -> keys.addAll(keys("held", "held:jobs", "attempts"));
                case Seed.STREAM -> keys.add(name);
                default -> keys.add(name.startsWith("{") ? name : key(name));
            }
        }
        return keys;
    }

    private static String key(String name) {
        return "{Q:3}:" + name;
    }

    /** The place of the entry that had the id {@code id-1}. */
    private static String place(int id) {
        return String.format("%010d:%020d-%020d:3", 1, id, 1);
    }

    /** What the member of a held job with that place begins with. */
    private static String line(String key, int id) {
        StringBuilder line = new StringBuilder("j");
        for (byte each : Script.sha1(key)) {
            line.append((char) (each & 0xff));
        }
        return line + "\u00011:\u0002" + id + "\u00011:3\0";
    }

    private static String sha1(String text) {
        return HexFormat.of().formatHex(Script.sha1(text));
    }
}
