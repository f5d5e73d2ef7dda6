package io.qbull.app.settings;

import io.qbull.app.exit.CliException;
import io.qbull.ingest.record.FileText;
import io.qbull.model.Printable;
import io.qbull.model.QueueName;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** How the files of queues are written: the options of queues that are not the component's but those of the inbox. */
final class FileTexts {
    /** The names of these options. */
    static final List<String> OPTIONS = List.of(FileText.ENCODING, FileText.SEPARATOR);

    private FileTexts() {}

    /**
     * @param name of an option, in any case, with or without dashes
     * @return the option in its own spelling; empty = none of these
     */
    static Optional<String> option(String name) {
        String plain = name.replaceAll("[-_]", "");
        return OPTIONS.stream().filter(plain::equalsIgnoreCase).findFirst();
    }

    /**
     * Takes them out of the options of the queues.
     *
     * @param options by queue and name; loses those that are taken
     * @return what differs from UTF-8 and commas
     * @throws CliException for the first value that breaks its rule
     */
    static Map<QueueName, FileText> takeFrom(Map<QueueName, Map<String, String>> options) throws CliException {
        Map<QueueName, FileText> texts = new HashMap<>();
        for (Map.Entry<QueueName, Map<String, String>> each : options.entrySet()) {
            QueueName queue = each.getKey();
            Iterator<Map.Entry<String, String>> left =
                    each.getValue().entrySet().iterator();
            while (left.hasNext()) {
                Map.Entry<String, String> option = left.next();
                FileText before = texts.getOrDefault(queue, FileText.preset(queue));
                FileText after = with(before, option.getKey(), option.getValue());
                if (after != null) {
                    texts.put(queue, after);
                    left.remove();
                }
            }
        }
        return Map.copyOf(texts);
    }

    /** Null if the option is not one of these. */
    private static @Nullable FileText with(FileText text, String option, String value) throws CliException {
        try {
            return switch (option) {
                case FileText.ENCODING -> new FileText(text.queue(), FileText.encoding(value), text.separator());
                case FileText.SEPARATOR -> new FileText(text.queue(), text.encoding(), FileText.separator(value));
                default -> null;
            };
        } catch (IllegalArgumentException e) {
            throw CliException.setting(
                    Setting.QUEUE_PREFIX + text.queue() + "." + option,
                    Printable.of(value),
                    String.valueOf(e.getMessage()));
        }
    }
}
