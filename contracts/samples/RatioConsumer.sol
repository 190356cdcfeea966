// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IRiskOracle} from "../interfaces/IRiskOracle.sol";
import {ParamStatus, RiskParams} from "../types/RiskTypes.sol";

/// @title Minimal consumer of the risk oracle: the checks that every reader of ρ and π must make
/// @notice Three questions, three answers. What must an existing position hold? The ρ in force, whatever its status: a
/// stale value is never looser. May risk be added? Only on a fresh score that is young enough for this protocol. What must
/// a new position hold? What the class asks at opening.
contract RatioConsumer {
    uint256 private constant BPS = 10_000;

    /// @notice Source of ρ and π.
    IRiskOracle public immutable ORACLE;
    /// @notice Greatest age of a score on which this protocol lets risk grow, seconds.
    uint256 public immutable MAX_AGE_SEC;

    /// @notice The zero address, or no age at all.
    error RatioConsumerInvalidConfig();
    /// @notice Risk may grow on a fresh score only.
    error RatioConsumerNotFresh(address source, uint256 positionId, ParamStatus status);
    /// @notice The score is fresh for the oracle, but too old for this protocol.
    error RatioConsumerTooOld(uint256 observedAt, uint256 oldest);

    constructor(IRiskOracle oracle, uint256 maxAgeSec) {
        if (address(oracle) == address(0) || maxAgeSec == 0) revert RatioConsumerInvalidConfig();
        (ORACLE, MAX_AGE_SEC) = (oracle, maxAgeSec);
    }

    /// @notice Buffer ρ(L − I) that an existing position must hold beyond intrinsic value, rounded up. Reverts for a
    /// position that the oracle does not know.
    /// @param ceiling L − I of the whole position, collateral token units
    function maintenanceBufferUp(
        address source,
        uint256 positionId,
        uint256 ceiling
    ) external view returns (uint256 buffer) {
        return _shareUp(ceiling, ORACLE.getParams(source, positionId).rhoBps);
    }

    /// @notice Buffer that the position must hold after its risk has grown, rounded up; reverts unless the score is fresh
    /// and at most `MAX_AGE_SEC` old.
    function increaseBufferUp(
        address source,
        uint256 positionId,
        uint256 ceiling
    ) external view returns (uint256 buffer) {
        RiskParams memory params = ORACLE.getParams(source, positionId);
        if (params.status != ParamStatus.FRESH) revert RatioConsumerNotFresh(source, positionId, params.status);
        uint256 oldest = block.timestamp > MAX_AGE_SEC ? block.timestamp - MAX_AGE_SEC : 0;
        if (params.observedAt < oldest) revert RatioConsumerTooOld(params.observedAt, oldest);
        return _shareUp(ceiling, params.rhoInitialBps);
    }

    /// @notice Buffer that a new position of the class must hold, rounded up; reverts for a class never set.
    function openingBufferUp(uint16 classId, uint256 ceiling) external view returns (uint256 buffer) {
        (uint256 rhoBps, ) = ORACLE.openingParams(classId);
        return _shareUp(ceiling, rhoBps);
    }

    /// @notice What a liquidation may take beyond intrinsic value, π(L − I), rounded down. Reverts for an unknown position.
    function penaltyDown(address source, uint256 positionId, uint256 ceiling) external view returns (uint256 penalty) {
        return (ceiling * ORACLE.getParams(source, positionId).piBps) / BPS;
    }

    /// @notice As {maintenanceBufferUp}, but tells unknown positions apart instead of reverting.
    /// @return isKnown false where there is no requirement: never read as "nothing is required"
    function tryMaintenanceBufferUp(
        address source,
        uint256 positionId,
        uint256 ceiling
    ) external view returns (bool isKnown, uint256 buffer) {
        RiskParams memory params = ORACLE.tryGetParams(source, positionId);
        if (params.status == ParamStatus.UNKNOWN) return (false, 0);
        return (true, _shareUp(ceiling, params.rhoBps));
    }

    function _shareUp(uint256 amount, uint256 bps) private pure returns (uint256 share) {
        return (amount * bps + BPS - 1) / BPS;
    }
}
