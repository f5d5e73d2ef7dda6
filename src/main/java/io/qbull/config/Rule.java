package io.qbull.config;

import java.time.Duration;

/** Checks of settings. A broken rule is an {@link IllegalArgumentException} that names option, value and rule. */
final class Rule {
    private Rule() {}

    static void atLeast(String option, Duration value, Duration least) {
        if (value.compareTo(least) < 0) {
            throw new IllegalArgumentException(option + " (" + value + ") must be at least " + least);
        }
    }

    static void between(String option, Duration value, Duration least, Duration most) {
        if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(option + " (" + value + ") must be between " + least + " and " + most);
        }
    }

    static void between(String option, long value, long least, long most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(option + " (" + value + ") must be between " + least + " and " + most);
        }
    }

    static void between(String option, double value, double least, double most) {
        if (!(value >= least && value <= most)) {
            throw new IllegalArgumentException(option + " (" + value + ") must be between " + least + " and " + most);
        }
    }

    static void holds(boolean fact, String message) {
        if (!fact) {
            throw new IllegalArgumentException(message);
        }
    }
}
