namespace MirrorBackup.Tests.Planning.Properties;

/// <summary>A step of a plan cannot be done, or would destroy something: the planner is wrong.</summary>
internal sealed class StepImpossibleException(string message) : Exception(message);
