package io.qbull.app.settings;

/**
 * A value for an option of the component.
 *
 * @param name of the option
 * @param value not empty
 */
public record ComponentOption(String name, String value) {}
