package io.qbull.model;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Finds the known name that a misspelt one stands for. Case and the characters between words do not count, so that {@code max-attemps}
 * is near to {@code maxAttempts}. Pure.
 */
public final class NearName {
    /** More slips than these make another word. Short names allow fewer: a third of their letters. */
    private static final int MOST_SLIPS = 3;

    private NearName() {}

    /**
     * @param given a name that is not known
     * @param known the names that could be meant; of several that are equally near, the first
     * @return one that is a single slip away; else one that has all words of the given name, or whose words the given name has; else
     *     the one with the fewest slips
     */
    public static Optional<String> of(String given, Collection<String> known) {
        int most = Math.min(MOST_SLIPS, Math.max(1, plain(given).length() / 3));
        return oneSlipAway(given, known).or(() -> byWords(given, known)).or(() -> bySlips(given, known, most));
    }

    /**
     * @param given a name that is not known
     * @param known the names that could be meant
     * @return the first one that is a single slip away
     */
    public static Optional<String> oneSlipAway(String given, Collection<String> known) {
        return bySlips(given, known, 1);
    }

    private static Optional<String> bySlips(String given, Collection<String> known, int most) {
        String plain = plain(given);
        return known.stream()
                .filter(name -> isNear(plain, plain(name), most))
                .min(Comparator.comparingInt(name -> slips(plain, plain(name))));
    }

    /** The lengths alone rule most names out. */
    private static boolean isNear(String one, String other, int most) {
        return Math.abs(one.length() - other.length()) <= most && slips(one, other) <= most;
    }

    /**
     * @param given a name that is not known
     * @param known the names that could be meant
     * @return {@code "; did you mean NAME?"} as the end of a message; empty if no name is near
     */
    public static String hint(String given, Collection<String> known) {
        return of(given, known).map(name -> "; did you mean " + name + "?").orElse("");
    }

    /**
     * @param given a name
     * @param known another
     * @return whether they differ by one slip at most, apart from case and the characters between words
     */
    public static boolean isOneSlip(String given, String known) {
        return isNear(plain(given), plain(known), 1);
    }

    private static Optional<String> byWords(String given, Collection<String> known) {
        Set<String> words = words(given);
        if (words.isEmpty()) {
            return Optional.empty();
        }
        return known.stream()
                .filter(name -> words.containsAll(words(name)) || words(name).containsAll(words))
                .min(Comparator.comparingInt(name -> Math.abs(words(name).size() - words.size())));
    }

    private static Set<String> words(String name) {
        String spaced = name.replaceAll("([a-z0-9])([A-Z])", "$1 $2").toLowerCase(Locale.ROOT);
        return Arrays.stream(spaced.split("[^\\p{L}\\p{N}]+", -1))
                .filter(word -> !word.isEmpty())
                .collect(Collectors.toCollection(HashSet::new));
    }

    private static String plain(String name) {
        StringBuilder letters = new StringBuilder(name.length());
        name.codePoints().filter(Character::isLetterOrDigit).forEach(letters::appendCodePoint);
        return letters.toString().toLowerCase(Locale.ROOT);
    }

    /** How many letters to add, drop, change, or swap with their neighbour. */
    private static int slips(String one, String other) {
        int[] beforeLast = new int[0];
        int[] last = new int[other.length() + 1];
        Arrays.setAll(last, index -> index);
        for (int i = 1; i <= one.length(); i++) {
            int[] row = new int[other.length() + 1];
            row[0] = i;
            for (int j = 1; j <= other.length(); j++) {
                int change = last[j - 1] + (one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(change, Math.min(last[j], row[j - 1]) + 1);
                if (i > 1
                        && j > 1
                        && one.charAt(i - 1) == other.charAt(j - 2)
                        && one.charAt(i - 2) == other.charAt(j - 1)) {
                    row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
                }
            }
            beforeLast = last;
            last = row;
        }
        return last[other.length()];
    }
}
