package io.qbull.app.bench;

import java.io.PrintWriter;

/** The line that says what is being measured; it replaces itself, and only a terminal gets it. */
final class Progress {
    private static final int WIDTH = 70;

    private final PrintWriter terminal;
    private final boolean shown;

    /**
     * @param terminal gets the line
     * @param shown whether it is one
     */
    Progress(PrintWriter terminal, boolean shown) {
        this.terminal = terminal;
        this.shown = shown;
    }

    /** Replaces the line. */
    void say(String text) {
        if (shown) {
            String line = text.length() > WIDTH ? text.substring(0, WIDTH) : text;
            terminal.print("\r" + line + " ".repeat(WIDTH - line.length()));
            terminal.flush();
        }
    }

    /** Removes the line. */
    void end() {
        if (shown) {
            terminal.print("\r" + " ".repeat(WIDTH) + "\r");
            terminal.flush();
        }
    }
}
