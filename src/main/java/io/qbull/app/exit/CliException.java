package io.qbull.app.exit;

/** The program cannot do what it was told. The message is one line and names what is wrong. */
public final class CliException extends Exception {
    private static final long serialVersionUID = 1L;
    private final ExitCode exitCode;

    /**
     * @param exitCode of the program
     * @param message for the terminal
     */
    public CliException(ExitCode exitCode, String message) {
        super(message);
        this.exitCode = exitCode;
    }

    /**
     * @param exitCode of the program
     * @param message for the terminal
     * @param cause why
     */
    public CliException(ExitCode exitCode, String message, Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /**
     * @param name of a setting or an option
     * @param value that is wrong, safe to print
     * @param rule that it breaks, as the end of the sentence
     * @return an exception for wrong usage
     */
    public static CliException setting(String name, String value, String rule) {
        return new CliException(ExitCode.USAGE, name + " (" + value + ") " + rule);
    }

    /**
     * @return the exit code of the program
     */
    public ExitCode exitCode() {
        return exitCode;
    }

    /** One line, even if the cause has more. */
    @Override
    public String getMessage() {
        return String.valueOf(super.getMessage()).strip().replaceAll("\\s*\\R\\s*", " ");
    }
}
