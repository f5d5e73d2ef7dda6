package io.qbull.model;

/**
 * The record of an unfinished file, made before its first record is added. A pod that continues the file must know under which layout
 * it was started.
 *
 * @param since version of the layout that was current when the file was started
 * @param file its name
 * @param pod pod that started it
 * @param inbox id of its inbox folder, because pods may have folders of their own
 */
public record FileClaim(int since, String file, String pod, String inbox) {}
