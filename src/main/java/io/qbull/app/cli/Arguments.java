package io.qbull.app.cli;

import io.qbull.app.exit.CliException;
import io.qbull.app.exit.ExitCode;
import io.qbull.model.QueueName;
import java.util.function.Function;

/** Reads arguments of the command line. */
final class Arguments {
    private Arguments() {}

    /**
     * @param form reads text; throws {@link IllegalArgumentException} if the text breaks its rule
     * @throws CliException then
     */
    static <T> T read(Function<String, T> form, String text) throws CliException {
        return read("", form, text);
    }

    /**
     * @param prefix of the message, such as the name of an option
     */
    static <T> T read(String prefix, Function<String, T> form, String text) throws CliException {
        try {
            return form.apply(text);
        } catch (IllegalArgumentException e) {
            throw new CliException(ExitCode.USAGE, prefix + e.getMessage(), e);
        }
    }

    static CliException noQueue(QueueName queue) {
        return new CliException(ExitCode.NOT_FOUND, "There is no queue " + queue + " in this Redis");
    }

    static CliException noPartition(QueueName queue, int partition) {
        return new CliException(
                ExitCode.NOT_FOUND, "There is no partition " + queue + ":" + partition + " in this Redis");
    }
}
