using System.Globalization;
using System.Management.Automation;

namespace PgSsl.Binding;

/// <summary>An age as the moment before which something was made: a number of days, a time span, or that moment itself.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AgeTransformationAttribute : ArgumentTransformationAttribute
{
    public override object? Transform(EngineIntrinsics engineIntrinsics, object? inputData)
    {
        object? given = inputData is PSObject wrapped ? wrapped.BaseObject : inputData;
        if (given is DateTime or DateTimeOffset or null)
            return given is DateTimeOffset moment ? moment.UtcDateTime : given;
        try
        {
            return DateTime.UtcNow - (given switch
            {
                TimeSpan age => age,
                string text when !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)
                    && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out TimeSpan age) => age,
                string text when !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) => DateTime.UtcNow
                    - DateTime.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeLocal),
                _ => TimeSpan.FromDays(Convert.ToDouble(given, CultureInfo.InvariantCulture)),
            });
        }
        catch (Exception failure) when (failure is FormatException or InvalidCastException or OverflowException or ArgumentException)
        {
            throw new ArgumentTransformationMetadataException(
                $"\"{given}\" is no age: give a number of days (30), a time span (12:00:00), or a date (2026-11-30).", failure);
        }
    }
}
