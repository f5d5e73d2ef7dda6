package io.qbull.model;

/**
 * What is written down of a file before its first record is added, and stays until it is finished: whoever goes on with it must
 * know under which layout it was begun.
 *
 * @param since the layout version that was current then
 * @param file its name
 * @param pod that began
 * @param inbox the folder that it lies in, by an id: pods may have folders of their own
 */
public record FileClaim(int since, String file, String pod, String inbox) {}
