// SPDX-License-Identifier: MIT
pragma solidity 0.8.30;

import {IOptionVaultPauses} from "../interfaces/IOptionVaultPauses.sol";
import {BreakerMode} from "../types/DeliveryTypes.sol";
import {PauseLedger, VaultControl} from "../types/VaultState.sol";
import {PauseState} from "../types/VaultTypes.sol";
import {VaultStorage} from "./VaultStorage.sol";

/// @title Pauses, which end by themselves, and caution
/// @notice Nothing here touches adding collateral, closing, settling, redeeming and claiming.
abstract contract VaultGuardian is VaultStorage, IOptionVaultPauses {
    uint256 private constant MAX_RISK_PAUSE_SEC = 7 days;
    uint256 private constant MAX_LIQUIDATION_PAUSE_SEC = 6 hours;
    uint256 private constant MAX_CAUTION_SEC = 7 days;
    /// @dev Long enough that following costs little, short enough that caution does not outlast its cause for long.
    uint256 private constant FOLLOWED_CAUTION_SEC = 6 hours;
    /// @dev At most two pauses of liquidations begin within any such time.
    uint256 private constant LIQUIDATION_PAUSE_PERIOD_SEC = 7 days;

    /// @inheritdoc IOptionVaultPauses
    function pauseNewRisk(uint32 durationSec) external restricted {
        uint32 until = _until(durationSec, MAX_RISK_PAUSE_SEC);
        VaultControl storage control = _state.control;
        if (until > control.riskPausedUntil) control.riskPausedUntil = until;
        emit NewRiskPaused(control.riskPausedUntil);
    }

    /// @inheritdoc IOptionVaultPauses
    function pauseLiquidations(uint32 durationSec) external restricted {
        uint32 until = _until(durationSec, MAX_LIQUIDATION_PAUSE_SEC);
        PauseLedger memory ledger = _state.pauses;
        uint256 freeAt = ledger.previousAt + LIQUIDATION_PAUSE_PERIOD_SEC;
        if (ledger.previousAt != 0 && block.timestamp < freeAt) revert VaultPausesUsedUp(freeAt);
        _state.pauses = PauseLedger(uint40(block.timestamp), ledger.lastAt);
        VaultControl storage control = _state.control;
        if (until > control.liquidationPausedUntil) control.liquidationPausedUntil = until;
        emit LiquidationsPaused(control.liquidationPausedUntil);
    }

    /// @inheritdoc IOptionVaultPauses
    function beginCaution(uint32 durationSec) external restricted {
        _beginCaution(_until(durationSec, MAX_CAUTION_SEC));
    }

    /// @inheritdoc IOptionVaultPauses
    function followBreaker() external {
        if (RISK_ORACLE.status().mode == BreakerMode.NORMAL) revert VaultBreakerNormal();
        _beginCaution(_until(FOLLOWED_CAUTION_SEC, MAX_CAUTION_SEC));
    }

    /// @inheritdoc IOptionVaultPauses
    function liftPauses() external restricted {
        VaultControl storage control = _state.control;
        uint32 nowSec = uint32(block.timestamp);
        if (control.riskPausedUntil > nowSec) control.riskPausedUntil = nowSec;
        if (control.liquidationPausedUntil > nowSec) control.liquidationPausedUntil = nowSec;
        if (control.cautionUntil > nowSec) control.cautionUntil = nowSec;
        emit PausesLifted(nowSec);
    }

    /// @inheritdoc IOptionVaultPauses
    function pauseState() external view nonReentrantView returns (PauseState memory state) {
        VaultControl memory control = _state.control;
        return PauseState(control.riskPausedUntil, control.liquidationPausedUntil, control.cautionUntil);
    }

    function _beginCaution(uint32 until) private {
        VaultControl storage control = _state.control;
        if (until > control.cautionUntil) control.cautionUntil = until;
        emit CautionSet(control.cautionUntil);
    }

    function _until(uint256 durationSec, uint256 limitSec) private view returns (uint32 until) {
        if (durationSec == 0 || durationSec > limitSec) revert VaultPauseTooLong(durationSec, limitSec);
        // Fits: block times stay below 2^32 until 2106.
        return uint32(block.timestamp + durationSec);
    }
}
