package io.qbull.partition;

import io.qbull.model.Entry;
import io.qbull.model.EntryId;
import io.qbull.model.Job;
import io.qbull.model.LogCursor;
import io.qbull.model.Segment;
import io.qbull.model.StreamId;
import io.qbull.partition.KeyLine.Slot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Entries read from the log and not yet finished, in its order and by key. Bounded by count and bytes, and by a share of the
 * memory that all pumps have; one entry always fits.
 * Entries may be passed by: they stay in the stream and are forgotten until the stream, or what is behind the known entries of their key,
 * is read again. Knows at any time which job may start next, so that no event costs more with many entries. On the event loop.
 */
final class Prefetched {
    /** It costs as much to read an entry as so many of its bytes. */
    private static final int ENTRY_OVERHEAD = 2_500;
    /** Where keys run side by side, so many times more entries wait behind others of their key. */
    private static final int DEPTH = 4;

    private final int concurrency;
    private final int mostRunnable;
    private final int mostEntries;
    private final int mostBytes;
    private final FetchBudget.Share share;
    private final Predicate<String> blocks;
    private Predicate<String> shut = key -> false;
    private Predicate<String> leaves = key -> false;
    private Predicate<String> elsewhere = key -> false;
    /** Misplaced entries are passed by. */
    private boolean passesMisplaced;

    private final NavigableMap<EntryId, Slot> slots = new TreeMap<>();
    private final Map<String, KeyLine> lines = new HashMap<>();
    private final ReadyLines ready = new ReadyLines();

    private final StartWindow window;
    private final SuspectWindow suspects = new SuspectWindow();
    private final Crowd crowd;
    private int bytes;
    /** How far the log has been read. */
    private LogCursor cursor = LogCursor.START;
    /** The last entry that was read since the log was last read again. */
    private EntryId last = EntryId.START;
    /** The last entry that has ever been read. What comes before it later is new. */
    private EntryId furthest = EntryId.START;
    /** The last entry that had been read when the log was last read again; the start once its end has been reached since. */
    private EntryId regained = EntryId.START;
    /** What it costs to read the entries that were passed by since the stream was read from its head: their bytes and overhead. */
    private long passed;
    /** Entries of keys that leave were forgotten or passed by. */
    private boolean passedLeaving;
    /** Misplaced entries were forgotten or passed by. */
    private boolean passedMisplaced;

    /**
     * @param concurrency how many jobs may run at once
     * @param prefetch how many of those that may start wait at most
     * @param mostBytes of the entries
     * @param share of the memory of all pumps
     * @param blocks whether a key is held or about to be
     * @param onRecord whether Redis knows that it is held
     */
    Prefetched(
            int concurrency,
            int prefetch,
            int mostBytes,
            FetchBudget.Share share,
            Predicate<String> blocks,
            Predicate<String> onRecord) {
        this.concurrency = concurrency;
        this.mostRunnable = prefetch;
        this.mostEntries = concurrency == 1 ? prefetch : concurrency + DEPTH * prefetch;
        this.mostBytes = mostBytes;
        this.share = share;
        this.blocks = blocks;
        Predicate<KeyLine> heldOnRecord = line -> line.blocked && line.name != null && onRecord.test(line.name);
        this.window = new StartWindow(slots, lines, heldOnRecord);
        this.crowd = new Crowd(this::forget, heldOnRecord);
    }

    /** The previous owner may have started jobs among so many of the first entries, and of the first keys; see {@link SuspectWindow}. */
    void suspect(int count) {
        suspects.open(count);
    }

    /** Whether some of the entries that follow are suspects. */
    boolean expectsSuspects() {
        return suspects.expected();
    }

    /**
     * @param held whether the key of an entry is held
     * @return among how many of the first entries, and first keys, there are suspects that have not run
     */
    int suspectsLeft(Predicate<Entry> held) {
        return suspects.left(slots.values(), held);
    }

    @Nullable
    Slot find(EntryId entry) {
        return slots.get(entry);
    }

    /** What is known of the jobs of a key in the stream; null if nothing is. */
    @Nullable
    KeyLine line(String key) {
        return lines.get(key);
    }

    /** Lines whose key is held, and whose entries may be in the way. */
    Collection<KeyLine> blocked() {
        return ready.blocked();
    }

    /**
     * The first entry that may start; null if there is none near enough to the head: a crash must leave few suspects. Where one job runs at
     * a time, none starts before one that stands before it.
     */
    @Nullable
    Slot first() {
        if (ready.isEmpty() || !window.hasRoom(0)) {
            return null;
        }
        window.advance(crowd.gap());
        Slot next = ready.first();
        if (concurrency > 1 && !next.near) {
            next = ready.firstInStream();
        }
        return next != null && (next.near || (next.line.clean && window.admitsFirst(next))) ? next : null;
    }

    /**
     * Entries that may start behind another one, in this order, if nothing comes between: those of the same key, or where one job runs at a
     * time, those that follow in the stream.
     *
     * @param first an entry that is about to start
     * @param most how many
     */
    List<Slot> following(EntryId first, int most) {
        List<Slot> following = new ArrayList<>();
        Slot before = slots.get(first);
        if (before == null || most <= 0) {
            return following;
        }
        Collection<Slot> rest = concurrency == 1 ? slots.tailMap(first, false).values() : before.line.slots;
        for (Slot slot : rest) {
            if (following.size() == most || !window.hasRoom(following.size() + 1)) {
                break;
            }
            if (slot != before && !slot.line.waits() && !slot.misplaced) {
                if (!slot.near || slot.moving || slot.running) {
                    break;
                }
                following.add(slot);
            }
        }
        return following;
    }

    /** Whether there are entries that could start if others were committed. */
    boolean awaitsCommit() {
        return !ready.isEmpty() && first() == null;
    }

    /** The job of an entry runs from now on. */
    void starts(EntryId entry) {
        Slot slot = slots.get(entry);
        if (slot != null) {
            slot.running = true;
            window.starts();
            refresh(slot.line);
        }
    }

    /** It does not run any more, or did not start. */
    void ends(EntryId entry) {
        Slot slot = slots.get(entry);
        if (slot != null && slot.running) {
            slot.running = false;
            window.ends();
            refresh(slot.line);
        }
    }

    /** A command that takes the entry out of the stream is about to be sent. */
    void moves(Slot slot) {
        ends(slot.id());
        slot.moving = true;
        refresh(slot.line);
    }

    /** No command takes the entry out of the stream after all. */
    void stays(EntryId entry) {
        Slot slot = slots.get(entry);
        if (slot != null) {
            slot.moving = false;
            refresh(slot.line);
            forgetMisplaced();
        }
    }

    /** The job has succeeded; says to which line it belonged, whose jobs {@link #committed} is to be told of. */
    KeyLine finished(EntryId entry) {
        Slot slot = slots.get(entry);
        KeyLine line = slot == null ? new KeyLine(null) : slot.line;
        window.finished();
        line.waiting++;
        remove(entry);
        return line;
    }

    /** The entry of a finished job has left the stream. */
    void committed(KeyLine line) {
        window.committed();
        refresh(line);
    }

    /** The key is held or about to be, or is so no more. */
    void keyChanged(String key) {
        KeyLine line = lines.get(key);
        if (line != null) {
            line.blocked = blocks.test(key);
            if (!line.blocked) {
                countAgain(line);
            }
            refresh(line);
        }
    }

    /**
     * The gates have changed.
     *
     * @param now whether they keep jobs with a key from starting
     */
    void gate(Predicate<String> now) {
        shut = now;
        for (KeyLine line : lines.values()) {
            line.shut = line.name != null && now.test(line.name);
            ready.follow(line);
        }
    }

    /**
     * A resize has begun or is over. Entries of keys that leave are forgotten, and those that follow are passed by: they take no room, and
     * do not count for the next owner, which starts none of them either.
     *
     * @param leaving which keys leave
     */
    void depart(Predicate<String> leaving) {
        leaves = leaving;
        passedLeaving = false;
        lines.values().forEach(line -> line.leaving = line.name != null && leaving.test(line.name));
        forgetLeaving();
    }

    /** Whether a job of a key that leaves runs or is uncommitted, or a command takes one out of the stream. */
    boolean touchesLeaving() {
        return lines.values().stream().anyMatch(line -> line.leaving && line.touched());
    }

    /** Whether entries of keys that leave have been met. */
    boolean passedLeaving() {
        return passedLeaving;
    }

    /** Forgets the entries of keys that leave that nothing is being done about. */
    void forgetLeaving() {
        List<KeyLine> leaving =
                lines.values().stream().filter(line -> line.leaving).toList();
        for (KeyLine line : leaving) {
            crowd.forget(line);
            List<Slot> idle = line.slots.stream().filter(Crowd::forgettable).toList();
            passedLeaving |= !idle.isEmpty();
            idle.forEach(slot -> remove(slot.id()));
            refresh(line);
        }
    }

    /**
     * Which entries of the own stream are misplaced, because their keys belong to another partition. They do not start here.
     *
     * @param keys which keys belong elsewhere; an entry that has no key of its own is where it belongs
     * @param passBy whether they are forgotten, and those that follow passed by; otherwise they are kept until they are sent there
     */
    void place(Predicate<String> keys, boolean passBy) {
        elsewhere = keys;
        passesMisplaced = passBy;
        passedMisplaced = false;
        slots.values().forEach(slot -> slot.misplaced = misplaced(slot.entry));
        lines.values().forEach(this::refresh);
        forgetMisplaced();
    }

    /** Forgets the misplaced entries that nothing is being done about, if they are to be passed by. */
    void forgetMisplaced() {
        if (!passesMisplaced) {
            return;
        }
        for (KeyLine line : List.copyOf(lines.values())) {
            EntryId passed = line.passedFrom;
            if (passed != null && passed.segment().own() && line.name != null && elsewhere.test(line.name)) {
                passedMisplaced = true;
                crowd.forget(line);
            }
            List<Slot> idle = line.slots.stream()
                    .filter(slot -> slot.misplaced && Crowd.forgettable(slot))
                    .toList();
            passedMisplaced |= !idle.isEmpty();
            idle.forEach(slot -> remove(slot.id()));
            refresh(line);
        }
    }

    /** Whether misplaced entries have been passed by. */
    boolean passedMisplaced() {
        return passedMisplaced;
    }

    /** Keys whose next entries are to be sent to another partition. */
    Collection<KeyLine> misplaced() {
        return ready.misplaced();
    }

    private boolean misplaced(Entry entry) {
        return entry.id().segment().own()
                && entry instanceof Entry.Decoded decoded
                && decoded.job().body() instanceof byte[]
                && elsewhere.test(decoded.job().key());
    }

    private boolean leaves(Entry entry) {
        return entry instanceof Entry.Decoded decoded
                && leaves.test(decoded.job().key());
    }

    /** Whether a gate keeps known jobs from starting. */
    boolean anyShut() {
        return lines.values().stream().anyMatch(line -> line.shut && !line.blocked && !line.over());
    }

    /** While a key is held its entries do not count for the next owner. */
    private void countAgain(KeyLine line) {
        Slot first = line.slots.peekFirst();
        EntryId before = first == null ? line.passedFrom : slots.lowerKey(first.id());
        window.gapAfter(before == null ? EntryId.START : before);
    }

    /** What is on record of a job has changed. */
    void know(Job job) {
        Slot slot = slots.get(job.entry());
        if (slot != null) {
            slot.entry = new Entry.Decoded(job, slot.entry.size());
        }
    }

    void remove(EntryId entry) {
        Slot slot = slots.get(entry);
        if (slot != null) {
            if (slot.running) {
                window.ends();
            }
            slots.remove(entry);
            if (slot.line.slots.peekFirst() == slot) {
                slot.line.slots.removeFirst();
            } else {
                slot.line.slots.removeLastOccurrence(slot);
            }
            bytes -= slot.entry.size();
            slot.line.bytes -= slot.entry.size();
            share.holds(slots.size(), bytes);
            window.left(slot);
            refresh(slot.line);
        }
    }

    /** The entry stays in the stream and is forgotten. */
    void passBy(EntryId entry) {
        Slot slot = slots.get(entry);
        if (slot != null) {
            passed += ENTRY_OVERHEAD + slot.entry.size();
            forget(slot);
        }
    }

    private void forget(Slot slot) {
        if (slot.suspect) {
            suspects.forget(slot.id());
        }
        remove(slot.id());
    }

    /**
     * All entries are forgotten, and the stream is read again from its head. No command is under way that takes one of them out.
     *
     * @return bytes of those that were passed by since the last reading from there, with an overhead for each
     */
    long readAgain() {
        long before = passed;
        slots.values().stream().filter(slot -> slot.suspect).forEach(slot -> suspects.forget(slot.id()));
        clear();
        cursor = cursor.rewound();
        last = EntryId.START;
        regained = furthest;
        passed = 0;
        return before;
    }

    /** Whether the reading from the head has come as far as the one before. */
    boolean caughtUp() {
        return last.compareTo(regained) >= 0;
    }

    /** What it cost to read the entries that were passed by since the stream was last read from its head. */
    long passed() {
        return passed;
    }

    /**
     * @param more the entries that follow
     * @param end whether these were the last of the stream: later ones are new, so no suspects
     * @param held whether the key of an entry is held: then the previous owner has not started it
     */
    void add(List<Entry> more, boolean end, Predicate<Entry> held) {
        EntryId before = null;
        for (Entry entry : more) {
            EntryId id = entry.id();
            if (before != null && !before.segment().equals(id.segment())) {
                cursor = cursor.past(before);
            }
            before = id;
            if (entry instanceof Entry.Decoded || entry instanceof Entry.Undecodable) {
                add(entry, held);
            }
            passedLeaving |= entry instanceof Entry.Arrived;
            last = id.compareTo(last) > 0 ? id : last;
        }
        if (before != null) {
            cursor = cursor.past(before);
        }
        if (end) {
            // What came after it has left the stream.
            regained = EntryId.START;
            suspects.end();
        }
    }

    private void add(Entry entry, Predicate<Entry> held) {
        EntryId id = entry.id();
        boolean leaving = leaves(entry);
        boolean misplaced = misplaced(entry);
        boolean suspect = id.compareTo(furthest) <= 0
                ? suspects.again(id)
                : suspects.next(entry, leaving || misplaced || held.test(entry));
        furthest = id.compareTo(furthest) > 0 ? id : furthest;
        if (leaving || (misplaced && passesMisplaced)) {
            passedLeaving |= leaving;
            passedMisplaced |= !leaving;
            return;
        }
        KeyLine line = lineOf(entry);
        EntryId passedFrom = line.passedFrom;
        if (passedFrom == null) {
            put(new Slot(entry, suspect, line));
            return;
        }
        if (suspect) {
            suspects.forget(id);
        }
        if (id.compareTo(passedFrom) <= 0) {
            // Its segment has grown, and the search for those that were passed by was behind the segment already.
            line.passedFrom = id.before();
            window.gapAfter(id.before());
        }
    }

    /** The log has these segments now. */
    void follow(List<Segment> staged) {
        cursor = cursor.over(staged);
    }

    private KeyLine lineOf(Entry entry) {
        return entry instanceof Entry.Decoded decoded
                ? lines.computeIfAbsent(decoded.job().key(), this::newLine)
                : new KeyLine(null);
    }

    private KeyLine newLine(String key) {
        KeyLine line = new KeyLine(key);
        line.blocked = blocks.test(key);
        line.shut = shut.test(key);
        line.leaving = leaves.test(key);
        return line;
    }

    private void put(Slot slot) {
        slot.misplaced = misplaced(slot.entry);
        slots.put(slot.id(), slot);
        slot.line.slots.addLast(slot);
        bytes += slot.entry.size();
        slot.line.bytes += slot.entry.size();
        share.holds(slots.size(), bytes);
        if (!slot.id().segment().own()) {
            // It may be in front of entries that were counted.
            window.gapAfter(slot.id().before());
        }
        refresh(slot.line);
    }

    /** Follows a change of the line. */
    private void refresh(KeyLine line) {
        ready.follow(line);
        if (line.name != null && line.over()) {
            lines.remove(line.name, line);
        }
    }

    /**
     * Where busy keys, or such as may not start, fill the buffer while others could run: forgets their latest entries, which are read
     * again in time.
     */
    void makeRoom() {
        if (ready.isEmpty() && !wantsMore()) {
            passShut();
        }
        KeyLine crowding = concurrency > 1 && starving() && full() ? crowding() : null;
        while (crowding != null) {
            window.gapAfter(crowd.halve(crowding));
            crowding = worthReading() ? null : crowding();
        }
    }

    private void passShut() {
        for (KeyLine line : lines.values()) {
            if (line.shut && !line.slots.isEmpty() && Crowd.forgettable(line.slots.getLast())) {
                window.gapAfter(crowd.passBy(line));
            }
        }
    }

    private @Nullable KeyLine crowding() {
        boolean few = slots.size() <= mostEntries - (mostRunnable + 1) / 2;
        return Crowd.longest(lines.values(), few ? line -> line.bytes : line -> line.slots.size());
    }

    /**
     * A key whose known entries are about to end while others of it, which were passed by, are in the stream; null if there is none. Where
     * all room serves to find jobs that can start, only a key of which nothing is known: what waits would have to give way again.
     *
     * @param readsOn whether what follows is to be read, too
     */
    @Nullable
    KeyLine refillable(boolean readsOn) {
        if (full()) {
            return first() == null ? crowd.refillable(0) : null;
        }
        return crowd.refillable(readsOn && starving() ? 0 : Crowd.FEW);
    }

    /** How many entries a fetch for {@link #refillable} reads. */
    int refillRoom() {
        return Math.max(2 * Crowd.FEW, Math.min(mostRunnable, mostEntries - slots.size()));
    }

    /** How many bytes a fetch for {@link #refillable} reads. */
    int refillByteRoom() {
        return (int) Math.max(1, Math.min(mostBytes, share.forEntries()) / 8);
    }

    /**
     * @param line a key whose entries were passed by
     * @param from what its {@link KeyLine#passedFrom} was when they were asked for; if it has changed, what was read leaves a gap
     * @param read entries of any key behind that
     * @param more whether there are more behind them
     */
    void refill(KeyLine line, EntryId from, List<Entry> read, boolean more) {
        if (!from.equals(line.passedFrom)) {
            return;
        }
        EntryId upTo = from;
        boolean all = !more || read.isEmpty();
        for (Entry entry : read) {
            boolean own = entry instanceof Entry.Decoded decoded
                    && decoded.job().key().equals(line.name);
            boolean beyond = !cursor.passed(entry.id());
            // Nothing of the key was read behind it: a key is in one segment at most, and what is added of it comes
            // after that.
            if (beyond || (own && full() && !line.slots.isEmpty())) {
                all = beyond;
                break;
            }
            upTo = entry.id();
            if (own) {
                put(new Slot(entry, suspects.again(upTo), line));
            }
        }
        crowd.refilled(line, all || upTo.equals(last) ? null : upTo);
        refresh(line);
    }

    int size() {
        return slots.size();
    }

    boolean isEmpty() {
        return slots.isEmpty();
    }

    /** Whether no entry of the stream is known, not even as passed by or uncommitted. */
    boolean knowsNone() {
        return slots.isEmpty() && lines.isEmpty() && passed == 0;
    }

    /** Refills in halves, so that a fetch is worth its call; where jobs run side by side, whenever none can start. */
    boolean wantsMore() {
        if (concurrency == 1) {
            return slots.size() <= mostEntries / 2 && bytes <= mostBytes / 2 && share.halfFree();
        }
        return starving() ? !full() : worthReading() && ready.size() <= mostRunnable / 2;
    }

    private boolean worthReading() {
        return slots.size() <= mostEntries - (mostRunnable + 1) / 2 && bytes <= mostBytes / 2 && share.halfFree();
    }

    private boolean full() {
        return slots.size() >= mostEntries || bytes >= mostBytes || share.full();
    }

    /** More jobs could run than are known. */
    private boolean starving() {
        return ready.isEmpty() && ready.busy() < concurrency;
    }

    /** How many entries a fetch reads. */
    int room() {
        int most = Math.min(mostRunnable, mostEntries - slots.size());
        // Small entries leave half of the room to their bytes.
        return (int) Math.max(1, Math.min(most, share.room() / (2 * FetchBudget.ENTRY_OVERHEAD)));
    }

    /** How many bytes a fetch reads. */
    int byteRoom() {
        long left = share.room() - (long) room() * FetchBudget.ENTRY_OVERHEAD;
        return (int) Math.max(1, Math.min(mostBytes - bytes, left));
    }

    /**
     * @param arriving how many entries a fetch under way may bring; zero once it is answered
     * @param arrivingBytes how many bytes
     */
    void expect(int arriving, int arrivingBytes) {
        share.asks(arriving, arrivingBytes);
    }

    /**
     * Another job could run, and nothing but the memory that other pumps use, or could use, keeps this one from looking for it. When that
     * changes it is not told.
     */
    boolean lacksMemory() {
        return concurrency > 1 && starving() && full() && slots.size() < mostEntries && bytes < mostBytes;
    }

    /** How far the log has been read: the next fetch reads what follows. */
    LogCursor cursor() {
        return cursor;
    }

    /** Whether entries of a stream are known. */
    boolean hasAnyOf(Segment stream) {
        EntryId first = slots.higherKey(new EntryId(stream, StreamId.START));
        return first != null && first.segment().equals(stream);
    }

    void clear() {
        slots.clear();
        lines.clear();
        ready.clear();
        window.clear();
        crowd.clear();
        bytes = 0;
        share.holds(0, 0);
    }

    /** Forgets all entries for good. */
    void end() {
        clear();
        share.end();
    }
}
