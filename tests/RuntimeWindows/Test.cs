using System.Reflection;

namespace PgSsl.RuntimeWindows;

/// <summary>A test method with one row of its data.</summary>
internal sealed record Test(Type Type, MethodInfo Method, object?[] Arguments)
{
    private const BindingFlags Public = BindingFlags.Public | BindingFlags.Instance;

    public string Name => $"{Type.Name}.{Method.Name}({string.Join(", ", Arguments)})";

    /// <summary>Runs it on an object of its own.</summary>
    /// <returns>Why it failed or was skipped; null if it passed.</returns>
    public Exception? Run()
    {
        object? instance = null;
        try
        {
            instance = Activator.CreateInstance(Type, Public | BindingFlags.DoNotWrapExceptions, null, null, null);
            Bind(Method.IsStatic ? null : instance)().GetAwaiter().GetResult();
            return null;
        }
        catch (Exception failure)
        {
            return failure;
        }
        finally
        {
            (instance as IDisposable)?.Dispose();
        }
    }

    // A delegate, because the code that reflection makes for a repeated call does not survive an exception under Wine 8.
    private Func<Task> Bind(object? instance)
    {
        bool isAsync = Method.ReturnType == typeof(Task);
        if (Arguments.Length == 0)
            return isAsync ? Method.CreateDelegate<Func<Task>>(instance) : Return(Method.CreateDelegate<Action>(instance));
        string name = $"{nameof(Bind)}{(isAsync ? "Async" : "")}";
        MethodInfo bind = typeof(Test).GetMethods(BindingFlags.NonPublic | BindingFlags.Static)
            .Single(bind => bind.Name == name && bind.GetGenericArguments().Length == Arguments.Length);
        Type[] types = [.. Method.GetParameters().Select(parameter => parameter.ParameterType)];
        return (Func<Task>)bind.MakeGenericMethod(types).Invoke(null, [Method, instance, Arguments])!;
    }

    private static Func<Task> Return(Action action) => () =>
    {
        action();
        return Task.CompletedTask;
    };

    private static Func<Task> Bind<T>(MethodInfo method, object? instance, object?[] row)
    {
        var test = method.CreateDelegate<Action<T>>(instance);
        return Return(() => test((T)row[0]!));
    }

    private static Func<Task> Bind<T1, T2>(MethodInfo method, object? instance, object?[] row)
    {
        var test = method.CreateDelegate<Action<T1, T2>>(instance);
        return Return(() => test((T1)row[0]!, (T2)row[1]!));
    }

    private static Func<Task> Bind<T1, T2, T3>(MethodInfo method, object? instance, object?[] row)
    {
        var test = method.CreateDelegate<Action<T1, T2, T3>>(instance);
        return Return(() => test((T1)row[0]!, (T2)row[1]!, (T3)row[2]!));
    }

    private static Func<Task> BindAsync<T>(MethodInfo method, object? instance, object?[] row)
    {
        var test = method.CreateDelegate<Func<T, Task>>(instance);
        return () => test((T)row[0]!);
    }
}
